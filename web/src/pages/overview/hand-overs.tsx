import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useOfDatabase } from '../../data/queries.ts';
import type { Operations } from '../../data/types.ts';
import { wordsOf } from '../../format/stages.ts';
import { durationText } from '../../format/times.ts';
import { Sparkline } from '../../parts/sparkline.tsx';
import { Ago } from '../../parts/times.tsx';
import { databasePath, type OfDatabase } from '../../shell/of-database.ts';
import styles from './overview.module.css';

const shownAtMost = 10;

/** How long writes waited the last times that they moved to another server. */
export const HandOvers = ({ of: { project, name } }: { readonly of: OfDatabase }): ReactNode => {
  const { data } = useOfDatabase<Operations>(project, name, 'operations?view=summary&limit=50&status=done');
  const found = (data?.operations ?? []).filter(({ stall_ms }) => stall_ms !== null && stall_ms > 0);
  const [last] = found;
  if (!last) return null;
  const stalls = found.slice(0, shownAtMost).map(({ stall_ms }) => stall_ms);
  const worst = Math.max(...stalls.map(Number));
  return (
    <section className={styles['panel']} aria-label="Last hand-over">
      <h2>Last hand-over</h2>
      <p>
        <strong className={styles['big']}>{durationText(last.stall_ms!)}</strong>{' '}
        <Sparkline values={stalls.toReversed()} shape="bars" />
      </p>
      <p className={styles['quiet']}>
        writes waited in the{' '}
        <Link href={databasePath(project, name, `operations/${last.id}`)}>{wordsOf(last.type)}</Link>{' '}
        {last.ended_at !== null && <Ago at={last.ended_at} />}
        {stalls.length > 1 && ` · the longest of ${stalls.length} was ${durationText(worst)}`}
      </p>
    </section>
  );
};
