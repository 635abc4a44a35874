import { ExternalLink } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useServerNow } from '../../data/clock.ts';
import { useTemporalWeb } from '../../data/queries.ts';
import type { Operation } from '../../data/types.ts';
import { wordsOf } from '../../format/stages.ts';
import { clockText, momentText } from '../../format/times.ts';
import { Button } from '../../parts/button.tsx';
import { SignalButton } from '../../plan/signal-button.tsx';
import type { OfDatabase } from '../../shell/of-database.ts';
import { canNotify, isAskedFor, wantNotice } from './notice-at-end.ts';
import styles from './operations.module.css';
import { countOf, standingOf, timesOf, titleOf } from './standing.ts';
import { StateMark } from './state-mark.tsx';

interface Of extends OfDatabase {
  readonly operation: Operation;
}

const Times = ({ operation }: { readonly operation: Operation }): ReactNode => {
  const now = useServerNow(1000);
  const { elapsedMs, leftMs } = timesOf(operation, now);
  return (
    <span>
      {clockText(elapsedMs)} elapsed{leftMs !== null && `, ≈ ${clockText(leftMs)} left`}
    </span>
  );
};

const Standing = ({ operation }: { readonly operation: Operation }): ReactNode => {
  const { status, steps } = operation;
  const { state, word } = standingOf(operation);
  const { at, of } = countOf(operation);
  return (
    <span className={styles['standing']} data-status={status}>
      <StateMark state={state} />
      <strong>{word}</strong>
      {steps.length > 0 && status === 'running' && (
        <span>
          {at} of {of}
        </span>
      )}
    </span>
  );
};

const NoticeButton = ({ operation }: { readonly operation: Operation }): ReactNode => {
  const [isWanted, setWanted] = useState(() => isAskedFor(operation.id));
  if (!canNotify()) return null;
  return (
    <Button
      look="quiet"
      aria-pressed={isWanted}
      onClick={() => void wantNotice(operation.id, !isWanted).then(setWanted)}
    >
      {isWanted ? 'Will notify me at its end' : 'Notify me at its end'}
    </Button>
  );
};

const TemporalLink = ({ operation }: { readonly operation: Operation }): ReactNode => {
  const web = useTemporalWeb();
  if (web === null) return null;
  const { workflow_id, run_id } = operation;
  const run = run_id === null ? '' : `/${run_id}`;
  return (
    <a
      href={`${web}/namespaces/default/workflows/${encodeURIComponent(workflow_id)}${run}`}
      target="_blank"
      rel="noopener noreferrer"
    >
      Temporal <ExternalLink size={14} aria-hidden />
    </a>
  );
};

/** What it is, how far it is, for how long, by whom; and how to stop it. */
export const OperationHead = ({ project, name, operation }: Of): ReactNode => {
  const { status, actor, reason, abortable, started_at, type } = operation;
  return (
    <header className={styles['head']}>
      <h2>{titleOf(operation)}</h2>
      <div className={styles['facts']}>
        <Standing operation={operation} />
        {status === 'running' ? (
          <Times operation={operation} />
        ) : (
          <time dateTime={started_at}>{momentText(started_at)}</time>
        )}
        <span>by {actor}</span>
        <TemporalLink operation={operation} />
      </div>
      {reason !== null && <p>{reason}</p>}
      {status === 'running' && (
        <div className={styles['actions']}>
          <SignalButton
            project={project}
            name={name}
            signal="abort"
            look="danger"
            refused={abortable.now ? null : abortable.reason}
            ask={{
              title: `Abort ${wordsOf(type)} of ${name}?`,
              text: <p>What it has done is undone, and {name} is as it was before.</p>,
              button: 'Abort it',
            }}
          >
            Abort
          </SignalButton>
          {!abortable.now && <span className={styles['why']}>{abortable.reason}</span>}
          <NoticeButton operation={operation} />
        </div>
      )}
    </header>
  );
};
