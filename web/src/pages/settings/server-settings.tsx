import type { ReactNode } from 'react';
import type { Status } from '../../data/types.ts';
import { Copyable } from '../../parts/copy.tsx';
import styles from './settings.module.css';

/** What no operation changes: it says so, and where it is changed. */
export const ServerSettings = ({ status: { name, stage } }: { readonly status: Status }): ReactNode => (
  <section className={styles['card']} aria-label="Settings and extensions of PostgreSQL">
    <h3>Settings and extensions of PostgreSQL</h3>
    <p className={styles['quiet']}>
      They are changed over a connection, with <code>ALTER SYSTEM</code> and <code>CREATE EXTENSION</code>. What{' '}
      <code>ALTER SYSTEM</code> sets moves along with the writes, and to every server made later. Extensions are those
      that come with PostgreSQL.
    </p>
    <Copyable text={`./pgrow connect ${name}`} label="the command that opens a connection" />
    {stage === 3 && (
      <p className={styles['quiet']}>
        At this stage run <code>ALTER SYSTEM</code> on every member, or switch over once afterwards. What Patroni
        controls, such as <code>max_connections</code>, it does not change.
      </p>
    )}
  </section>
);
