import { type ReactNode, Suspense, useState } from 'react';
import { useLocation } from 'wouter';
import { useServerNow } from '../data/clock.ts';
import { useMe, useSystem } from '../data/queries.ts';
import type { Connection } from '../data/stream/connection.ts';
import { useConnection, useReconnect, useTopic } from '../data/stream/use-topic.ts';
import { durationText } from '../format/times.ts';
import { Button } from '../parts/button.tsx';
import { lazyPart } from '../parts/lazy-part.ts';
import { downsOf } from './downs.ts';
import styles from './shell.module.css';

const SessionOver = lazyPart(() => import('./session-over.tsx'), 'SessionOver');

const Cut = ({ connection }: { readonly connection: Extract<Connection, { state: 'reconnecting' }> }): ReactNode => {
  const reconnect = useReconnect();
  const now = useServerNow(1000);
  const age = durationText(Math.max(0, now - connection.since));
  return (
    <div className={styles['bar']} data-down="api">
      <p role="alert">
        {connection.refused ?? 'The API does not answer.'}{' '}
        {connection.refused === null && (
          <>
            Start it: <code>./pgrow up</code>
          </>
        )}
      </p>
      <p>
        What is shown is as it was {age} ago. <Button onClick={reconnect}>Try now</Button>
      </p>
    </div>
  );
};

const SignedOut = (): ReactNode => {
  const [isOpen, setOpen] = useState(true);
  return (
    <div className={styles['bar']} data-down="session">
      <p>
        Signed out: what is shown is not kept up to date. <Button onClick={() => setOpen(true)}>Sign in</Button>
      </p>
      <Suspense fallback={null}>{isOpen && <SessionOver onClose={() => setOpen(false)} />}</Suspense>
    </div>
  );
};

/** The parts behind the API. What cannot be asked any longer is not repeated. */
const Parts = (): ReactNode => {
  const { data } = useSystem({ isAsked: false });
  if (!data) return null;
  return downsOf(data).map(({ part, tone, says, next }) => (
    <div
      key={part}
      className={tone === 'bad' ? styles['bar'] : `${styles['bar']} ${styles['warnBar']}`}
      data-down={part}
    >
      <p role="alert">
        {says}{' '}
        {next !== null && (
          <>
            Start it: <code>{next}</code>
          </>
        )}
      </p>
    </div>
  ));
};

/** Across the whole page: what of the control plane does not answer, and what follows from it. */
export const Banners = (): ReactNode => {
  const connection = useConnection();
  const { data: me } = useMe();
  const [path] = useLocation();
  // From the beginning: a topic that comes later opens the stream a second time.
  useTopic(path === '/signin' ? null : 'system');
  // Without a session there is nothing but the page that begins one.
  if (!me) return null;
  if (connection.state === 'reconnecting') return <Cut connection={connection} />;
  return connection.state === 'signed_out' ? <SignedOut /> : <Parts />;
};
