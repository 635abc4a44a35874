import type { ReactNode } from 'react';
import { useLocation } from 'wouter';
import { changeSearch } from '../data/changes.ts';
import { useServerNow } from '../data/clock.ts';
import { useOperation } from '../data/queries.ts';
import type { Checkpoint, Status } from '../data/types.ts';
import { ButtonLink } from '../parts/button.tsx';
import { Ago, Countdown } from '../parts/times.tsx';
import { SignalButton } from '../plan/signal-button.tsx';
import styles from './above-tabs.module.css';
import { changeText, goesText, keptNodes, urgencyOf } from './window.ts';

/** How long the last operation can be rolled back, and what keeping it means. */
export const WindowBanner = ({
  status,
  checkpoint,
}: {
  readonly status: Status;
  readonly checkpoint: Checkpoint;
}): ReactNode => {
  const { project, name, operation } = status;
  const [path] = useLocation();
  const { data: ended } = useOperation(project, name, checkpoint.operation_id);
  const now = useServerNow(500);
  const until = checkpoint.rollback_available_until;
  const left = Date.parse(until) - now;
  if (left <= 0) return null;
  const goes = goesText(keptNodes(status));
  const snapshot = checkpoint.snapshot_id === null ? '' : ` Snapshot ${checkpoint.snapshot_id} stays for a day.`;
  return (
    <section
      className={`${styles['strip']} ${styles[urgencyOf(left)]}`}
      aria-label="Rollback window"
      data-window={urgencyOf(left)}
    >
      <span className={styles['grow']}>
        {changeText(status, ended)} <Ago at={checkpoint.timestamp} />. Everything can be put back, with all writes
        since, for{' '}
        <strong>
          <Countdown until={until} />
        </strong>
        .{' '}
        {goes !== null && (
          <span className={styles['quiet']}>
            Keeping it means: {goes}.{snapshot}
          </span>
        )}
      </span>
      {operation === null && (
        <>
          <ButtonLink href={`${path}${changeSearch({ kind: 'rollback', body: {} })}`}>Roll back …</ButtonLink>
          <SignalButton
            project={project}
            name={name}
            signal="confirm"
            ask={{
              title: 'Keep it as it is?',
              text: (
                <p>
                  It cannot be rolled back afterwards. {goes !== null && `Then ${goes}.`}
                  {snapshot}
                </p>
              ),
              button: 'Keep it',
            }}
          >
            Keep it
          </SignalButton>
        </>
      )}
    </section>
  );
};
