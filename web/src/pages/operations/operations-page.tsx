import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useHistory } from '../../data/history.ts';
import type { Operation, Operations } from '../../data/types.ts';
import { durationText, momentText } from '../../format/times.ts';
import { useAddressValue } from '../../parts/address-value.ts';
import { LoadOlder } from '../../parts/load-older.tsx';
import { Choices } from '../../parts/choices.tsx';
import { Empty, Loading, ProblemNotice } from '../../parts/notice.tsx';
import parts from '../../parts/parts.module.css';
import { Sparkline } from '../../parts/sparkline.tsx';
import { Elapsed } from '../../parts/times.tsx';
import { databasePath, type OfDatabase } from '../../shell/of-database.ts';
import { operationsQuery, stallsOf, statusChoices } from './filters.ts';
import { medianAndWorst } from './hand-over-lanes.ts';
import styles from './operations.module.css';
import { standingOf, titleOf } from './standing.ts';
import { StateMark } from './state-mark.tsx';

const mostStalls = 10;

const Row = ({ project, name, operation }: OfDatabase & { readonly operation: Operation }): ReactNode => {
  const { id, started_at, duration_ms, stall_ms, actor, status } = operation;
  const { state, word } = standingOf(operation);
  return (
    <tr data-operation={id}>
      <th scope="row" data-label="What">
        <Link href={databasePath(project, name, `operations/${id}`)}>{titleOf(operation)}</Link>
      </th>
      <td data-label="Outcome" className={styles['outcome']}>
        <span>
          <StateMark state={state} />
          {word}
        </span>
      </td>
      <td data-label="Began">
        <time dateTime={started_at}>{momentText(started_at)}</time>
      </td>
      <td data-label="Took" className={parts['numeric']}>
        {duration_ms === null ? (
          status === 'running' && <Elapsed since={Date.parse(started_at)} />
        ) : (
          <span>{durationText(duration_ms)}</span>
        )}
      </td>
      <td data-label="Writes held" className={parts['numeric']}>
        {stall_ms === null ? '–' : durationText(stall_ms)}
      </td>
      <td data-label="By">{actor}</td>
    </tr>
  );
};

/** How long writes were held the last times: a row of bars, the one in the middle and the longest. */
const Stalls = ({ operations }: { readonly operations: readonly Operation[] }): ReactNode => {
  const stalls = stallsOf(operations, mostStalls);
  const numbers = medianAndWorst(stalls);
  if (!numbers || stalls.length < 2) return null;
  return (
    <p className={styles['stalls']}>
      <Sparkline values={stalls} shape="bars" />
      Writes held, the last {stalls.length} times: median {durationText(numbers.median)}, worst{' '}
      {durationText(numbers.worst)}
    </p>
  );
};

const List = ({ project, name, status }: OfDatabase & { readonly status: string }): ReactNode => {
  const { shown, error, retry, loadOlder, isLoadingOlder, olderError } = useHistory<Operations, Operation>({
    project,
    name,
    query: operationsQuery(status),
    pageOf: ({ operations, next_cursor }) => ({ entries: operations, next_cursor }),
    isLive: true,
  });
  if (!shown) return error ? <ProblemNotice error={error} onRetry={retry} /> : <Loading what="the operations" />;
  if (shown.entries.length === 0)
    return (
      <Empty>
        <p>{status === '' ? `Nothing has been done to ${name} yet.` : 'There is no such operation.'}</p>
      </Empty>
    );
  return (
    <>
      <Stalls operations={shown.entries} />
      <table className={parts['table']}>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">Outcome</th>
            <th scope="col">Began</th>
            <th scope="col" className={parts['numeric']}>
              Took
            </th>
            <th scope="col" className={parts['numeric']}>
              Writes held
            </th>
            <th scope="col">By</th>
          </tr>
        </thead>
        <tbody>
          {shown.entries.map((operation) => (
            <Row key={operation.id} project={project} name={name} operation={operation} />
          ))}
        </tbody>
      </table>
      {olderError && <ProblemNotice error={olderError} />}
      <LoadOlder hasOlder={shown.next_cursor !== null} isLoading={isLoadingOlder} onLoad={loadOlder} />
    </>
  );
};

/** What was done to a database, newest first. */
export const OperationsPage = ({ project, name }: OfDatabase): ReactNode => {
  const [status, setStatus] = useAddressValue('status');
  return (
    <>
      <div className={styles['listHead']}>
        <h2>Operations</h2>
        <Choices<string> label="Outcome" value={status} choices={statusChoices} onChange={setStatus} />
      </div>
      <List project={project} name={name} status={status} />
    </>
  );
};
