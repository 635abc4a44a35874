import type { ReactNode } from 'react';
import type { Step } from '../data/types.ts';
import { momentText } from '../format/times.ts';
import { Countdown } from '../parts/times.tsx';
import type { OfDatabase } from '../shell/of-database.ts';
import { SignalButton } from './signal-button.tsx';
import styles from './signal-button.module.css';

type Wait = NonNullable<Step['waiting_for']>;

/** For what waits until somebody says so, or its time is over: how long still, and the buttons that end it. */
export const WaitActions = ({ project, name, wait }: OfDatabase & { readonly wait: Wait }): ReactNode => {
  if (wait.kind === 'condition') return null;
  const isCutOver = wait.kind === 'cutover';
  return (
    <div className={styles['row']} data-waits={wait.kind}>
      {wait.until !== null && (
        <span>
          {isCutOver ? 'Waits for you' : 'Goes on by itself'}{' '}
          <time dateTime={wait.until}>{isCutOver ? `until ${momentText(wait.until)}` : ''}</time> (
          <Countdown until={wait.until} /> left)
        </span>
      )}
      {isCutOver ? (
        <SignalButton project={project} name={name} signal="cutover" look="primary">
          Cut over now
        </SignalButton>
      ) : (
        <>
          <SignalButton project={project} name={name} signal="confirm">
            Finish now
          </SignalButton>
          <SignalButton project={project} name={name} signal="abort">
            Call off
          </SignalButton>
        </>
      )}
    </div>
  );
};
