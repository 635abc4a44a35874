import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { get, postgresPath } from '../data/api.ts';
import { keys } from '../data/keys.ts';
import type { Plan, Snapshots, Status } from '../data/types.ts';
import { bytesText, plural } from '../format/numbers.ts';
import { Ago } from '../parts/times.tsx';
import { TextField } from '../parts/field.tsx';
import styles from './plan.module.css';

interface DestroyPartProps {
  readonly status: Status;
  readonly plan: Plan;
  readonly typed: string;
  readonly onType: (typed: string) => void;
}

/** Everything that goes for good, and the name to be typed. */
export const DestroyPart = ({ status, plan, typed, onType }: DestroyPartProps): ReactNode => {
  const { project, name } = status;
  const { data } = useQuery({
    queryKey: keys.of(project, name, 'snapshots', 'destroy'),
    queryFn: ({ signal }) => get<Snapshots>(postgresPath(project, name, 'snapshots?limit=100'), signal),
  });
  const volumes = status.nodes.filter(({ kind }) => kind === 'postgres' || kind === 'etcd');
  const snapshots = data?.snapshots ?? [];
  return (
    <section aria-label="What goes" className={styles['part']}>
      <h3>What goes</h3>
      <ul className={styles['list']}>
        <li>
          {plural(plan.nodes_removed.length, 'node')}: {plan.nodes_removed.join(', ')}
        </li>
        <li>
          {plural(volumes.length, 'volume')} with all data: {volumes.map(volumeText).join(', ')}
        </li>
        {data && snapshots.length === 0 && <li>no snapshots</li>}
        {snapshots.length > 0 && (
          <li>
            {plural(snapshots.length, 'snapshot')}:
            <ul className={styles['list']}>
              {snapshots.map(({ id, bytes, created_at }) => (
                <li key={id}>
                  <code>{id}</code> {bytesText(bytes)}, taken <Ago at={created_at} />
                </li>
              ))}
            </ul>
          </li>
        )}
      </ul>
      <TextField
        label={`Type ${name} to destroy it`}
        help="Exactly as it is written, in small and capital letters."
        value={typed}
        onChange={(event) => onType(event.target.value)}
      />
    </section>
  );
};

const volumeText = ({ name, volume_bytes }: Status['nodes'][number]): string =>
  volume_bytes === null ? name : `${name} (${bytesText(volume_bytes)})`;
