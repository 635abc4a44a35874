import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useOfDatabase } from '../../data/queries.ts';
import type { Activity } from '../../data/types.ts';
import { Ago } from '../../parts/times.tsx';
import { databasePath, type OfDatabase } from '../../shell/of-database.ts';
import styles from './overview.module.css';

export const RecentEvents = ({ of: { project, name } }: { readonly of: OfDatabase }): ReactNode => {
  const { data } = useOfDatabase<Activity>(project, name, 'activity?limit=5', { everyMs: 30_000 });
  if (!data) return null;
  return (
    <section className={styles['panel']} aria-label="Recent events">
      <h2>Recent events</h2>
      {data.entries.length === 0 && <p className={styles['quiet']}>none</p>}
      <ul className={styles['lines']}>
        {data.entries.map(({ id, at, says }) => (
          <li key={id}>
            <span>{says}</span>
            <small className={styles['quiet']}>
              <Ago at={at} />
            </small>
          </li>
        ))}
      </ul>
      <Link href={databasePath(project, name, 'events')}>All events</Link>
    </section>
  );
};
