import type { ReactNode } from 'react';
import { useServerNow } from '../data/clock.ts';
import type { Operation, Status } from '../data/types.ts';
import { clockText } from '../format/times.ts';
import { ButtonLink } from '../parts/button.tsx';
import { countOf, isGoingBack, resultOf, sentenceOf, stepOf, timesOf, titleOf } from '../pages/operations/standing.ts';
import { WaitActions } from '../plan/wait-actions.tsx';
import styles from './above-tabs.module.css';
import { databasePath } from './of-database.ts';

interface Of {
  readonly status: Status;
  readonly operation: Operation;
}

const Elapsed = ({ operation }: { readonly operation: Operation }): ReactNode => {
  const now = useServerNow(1000);
  const { elapsedMs, leftMs } = timesOf(operation, now);
  return (
    <span className={styles['quiet']}>
      {clockText(elapsedMs)}
      {leftMs !== null && `, ≈ ${clockText(leftMs)} left`}
    </span>
  );
};

const Running = ({ operation, status: { project, name } }: Of): ReactNode => {
  const { at, of } = countOf(operation);
  const wait = stepOf(operation)?.waiting_for ?? null;
  return (
    <>
      {of > 0 && (
        <progress className={styles['bar']} value={at} max={of} aria-label={`${at} of ${of} steps`}>
          {at} of {of}
        </progress>
      )}
      <span className={styles['grow']}>
        {of > 0 && isGoingBack(operation) && `${at} of ${of} left to undo. `}
        {sentenceOf(operation)}
      </span>
      <Elapsed operation={operation} />
      {wait && <WaitActions project={project} name={name} wait={wait} />}
    </>
  );
};

/** The operation that runs, or the one that an operator has to finish, in a line that leads to it. */
export const OperationStrip = (of: Of): ReactNode => {
  const { status, operation } = of;
  const needsOperator = operation.status === 'needs_operator';
  const runs = operation.status === 'running';
  return (
    <section
      className={`${styles['strip']} ${runs ? styles['busy'] : needsOperator ? styles['bad'] : ''}`}
      aria-label="Operation"
      data-strip={operation.id}
    >
      <strong>{titleOf(operation)}</strong>
      {runs ? <Running {...of} /> : <span className={styles['grow']}>{resultOf(operation)}</span>}
      <ButtonLink href={databasePath(status.project, status.name, `operations/${operation.id}`)}>
        {runs ? 'Watch' : 'Show'}
      </ButtonLink>
    </section>
  );
};
