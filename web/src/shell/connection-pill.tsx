import type { ReactNode } from 'react';
import { useConnection } from '../data/stream/use-topic.ts';
import { useServerNow } from '../data/clock.ts';
import styles from './shell.module.css';

/** Whether what is shown is kept up to date. In a narrow window only its mark is seen, so that the header stays one line. */
export const ConnectionPill = (): ReactNode => {
  const connection = useConnection();
  const now = useServerNow(1000);
  if (connection.state === 'idle')
    return (
      <span className={styles['pill']} data-connection="idle">
        <span aria-hidden>◌</span> <span className={styles['words']}>Connecting</span>
      </span>
    );
  if (connection.state === 'live')
    return (
      <span className={`${styles['pill']} ${styles['live']}`} data-connection="live">
        <span aria-hidden>●</span> <span className={styles['words']}>Live</span>
      </span>
    );
  if (connection.state === 'signed_out')
    return (
      <span className={`${styles['pill']} ${styles['cut']}`} data-connection="signed_out">
        <span aria-hidden>✕</span> <span className={styles['words']}>Signed out</span>
      </span>
    );
  const seconds = Math.max(0, Math.ceil((connection.retryAt - now) / 1000));
  return (
    <span className={`${styles['pill']} ${styles['cut']}`} data-connection="reconnecting">
      <span aria-hidden>◌</span> <span className={styles['words']}>Reconnecting in {seconds} s</span>
    </span>
  );
};
