import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { get, postgresPath } from '../../data/api.ts';
import { changeSearch } from '../../data/changes.ts';
import { keys } from '../../data/keys.ts';
import type { Snapshots } from '../../data/types.ts';
import { Answered } from '../../parts/answered.tsx';
import { Button, ButtonLink } from '../../parts/button.tsx';
import { Empty } from '../../parts/notice.tsx';
import tables from '../../parts/parts.module.css';
import { useRefusal } from '../../parts/roles.ts';
import { Ago } from '../../parts/times.tsx';
import { RestoredList } from './restored-list.tsx';
import { databasePath, type OfDatabase } from '../../shell/of-database.ts';
import styles from './backups.module.css';
import { SnapshotRow } from './snapshot-row.tsx';

/** The snapshots of a database, whether they are whole, and what can be made of them. */
export const BackupsPage = ({ project, name }: OfDatabase): ReactNode => {
  const found = useQuery({
    queryKey: keys.of(project, name, 'snapshots'),
    queryFn: ({ signal }) => get<Snapshots>(postgresPath(project, name, 'snapshots'), signal),
  });
  return (
    <>
      <div className={styles['head']}>
        <h2>Backups</h2>
        <TakeLink project={project} name={name} />
      </div>
      <Answered of={found} what="the snapshots">
        {(answer) => <SnapshotTable project={project} name={name} {...answer} />}
      </Answered>
    </>
  );
};

/** Its plan asks for how long it is kept. */
const TakeLink = ({ project, name }: OfDatabase): ReactNode => {
  const refused = useRefusal('operator');
  const label = 'Take a snapshot …';
  if (refused !== null) return <Button refused={refused}>{label}</Button>;
  const change = changeSearch({ kind: 'snapshots', body: {} });
  return <ButtonLink href={`${databasePath(project, name, 'backups')}${change}`}>{label}</ButtonLink>;
};

const SnapshotTable = ({ project, name, snapshots, restored, next_cursor }: OfDatabase & Snapshots): ReactNode => {
  const [newest] = snapshots;
  const gone = restored.filter((each) => !snapshots.some(({ id }) => id === each.snapshot));
  if (!newest)
    return (
      <>
        <NoSnapshots project={project} name={name} />
        <Gone project={project} restored={gone} />
      </>
    );
  return (
    <>
      <p className={styles['summary']}>
        The newest was taken <Ago at={newest.created_at} />. Snapshots are on the same host as the database: for a copy
        elsewhere use <code>pg_dump</code>.
      </p>
      <table className={tables['table']}>
        <caption className="visually-hidden">Snapshots of {name}, newest first</caption>
        <thead>
          <tr>
            <th scope="col">Snapshot</th>
            <th scope="col">Taken</th>
            <th scope="col" className={tables['numeric']}>
              Size
            </th>
            <th scope="col">State</th>
            <th scope="col">Kept until</th>
            <th scope="col">
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {snapshots.map((snapshot) => (
            <SnapshotRow
              key={snapshot.id}
              project={project}
              name={name}
              snapshot={snapshot}
              restored={restored.filter((each) => each.snapshot === snapshot.id)}
            />
          ))}
        </tbody>
      </table>
      <Gone project={project} restored={gone} />
      {next_cursor !== null && <p>Older ones are not shown here: ./pgrow snapshots {name}</p>}
    </>
  );
};

/** What was restored from snapshots that are not there any longer, or not shown. */
const Gone = ({ project, restored }: { readonly project: string } & Pick<Snapshots, 'restored'>): ReactNode =>
  restored.length > 0 && (
    <p className={styles['summary']}>
      Restored from other snapshots: <RestoredList project={project} restored={restored} withSnapshot />
    </p>
  );

const NoSnapshots = ({ project, name }: OfDatabase): ReactNode => (
  <Empty>
    <p>
      There are no snapshots of {name}. One is a base backup, verified against its manifest, in a volume of its own.
      Expanding to replicas or high availability takes one first, and keeps it until 24 h after the checkpoint closes.
    </p>
    <ButtonLink href={databasePath(project, name, 'scale')}>Show the ladder</ButtonLink>
  </Empty>
);
