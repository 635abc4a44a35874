import type { ReactNode } from 'react';
import { useServerNow } from '../data/clock.ts';
import { useConnection, useReconnect } from '../data/stream/use-topic.ts';
import { Button } from '../parts/button.tsx';
import { durationText } from '../format/times.ts';
import styles from './shell.module.css';

/** Across the whole page: what of the control plane does not answer, and what follows from it. */
export const Banners = (): ReactNode => {
  const connection = useConnection();
  const reconnect = useReconnect();
  const now = useServerNow(1000);
  if (connection.state !== 'reconnecting') return null;
  return (
    <div className={styles['bar']} role="alert">
      The API does not answer ({durationText(now - connection.since)}). Start it: <code>./pgrow up</code>{' '}
      <Button onClick={reconnect}>Try now</Button>
    </div>
  );
};
