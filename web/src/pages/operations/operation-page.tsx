import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef } from 'react';
import { Link } from 'wouter';
import { keys } from '../../data/keys.ts';
import { isProblem } from '../../data/problem.ts';
import { useOperation } from '../../data/queries.ts';
import type { Operation } from '../../data/types.ts';
import { LiveRegion } from '../../parts/live-region.tsx';
import { Empty, Loading, Notice, ProblemNotice } from '../../parts/notice.tsx';
import { useProgressTitle } from '../../parts/page-title.ts';
import { PlanChanges } from '../../plan/plan-changes.tsx';
import { databasePath, type OfDatabase } from '../../shell/of-database.ts';
import { notifyOfEnd } from './notice-at-end.ts';
import { OperationEnd } from './operation-end.tsx';
import { OperationHead } from './operation-head.tsx';
import styles from './operations.module.css';
import { countOf, isAccepted, sentenceOf } from './standing.ts';
import { StepList } from './step-list.tsx';
import { useFaviconProgress } from './use-favicon.ts';

/** For those who look elsewhere: the tab's title and icon, what is read aloud, a notification at the end. */
const Elsewhere = ({ operation }: { readonly operation: Operation }): ReactNode => {
  const { id, status, steps, database } = operation;
  const { at, of } = countOf(operation);
  const runs = status === 'running' && steps.length > 0;
  useProgressTitle(runs ? `${at}/${of} ${database}` : null);
  useFaviconProgress(runs ? at / of : null);
  const sentence = sentenceOf(operation);
  const before = useRef(status);
  useEffect(() => {
    if (before.current === 'running' && status !== 'running') notifyOfEnd(id, sentence);
    before.current = status;
  }, [id, status, sentence]);
  return <LiveRegion says={sentence} urgent={status === 'failed' || status === 'needs_operator'} />;
};

/** A database comes to be while its first operation runs, and goes with its last: whether there is one is asked then. */
const useDatabaseAgain = ({ project, name }: OfDatabase, { status, steps }: Operation): void => {
  const cache = useQueryClient();
  const stands = `${status} ${steps.length > 0}`;
  const before = useRef(stands);
  useEffect(() => {
    if (before.current !== stands)
      void cache.invalidateQueries({ queryKey: keys.database(project, name), exact: true });
    before.current = stands;
  }, [cache, project, name, stands]);
};

const Shown = (of: OfDatabase & { readonly operation: Operation }): ReactNode => {
  const { operation } = of;
  useDatabaseAgain(of, operation);
  return (
    <article className={styles['operation']} data-operation={operation.id}>
      <OperationHead {...of} />
      <Elsewhere operation={operation} />
      {isAccepted(operation) && (
        <Notice tone="warn">
          <p>Accepted, waits for {operation.waiting_for}</p>
        </Notice>
      )}
      <OperationEnd {...of} />
      <PlanChanges changes={operation.changes} />
      {operation.warnings.length > 0 && operation.steps.length > 0 && (
        <details className={styles['warnings']}>
          <summary>What its plan warned of ({operation.warnings.length})</summary>
          <ul>
            {operation.warnings.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        </details>
      )}
      <StepList {...of} />
    </article>
  );
};

/** One operation, while it runs and afterwards. */
export const OperationPage = ({ project, name, id }: OfDatabase & { readonly id: string }): ReactNode => {
  const { data, error, refetch } = useOperation(project, name, id);
  if (isProblem(error) && error.status === 404 && !data)
    return (
      <Empty>
        <h2>There is no operation {id}</h2>
        <p>{error.message}</p>
        <Link href={databasePath(project, name, 'operations')}>Operations of {name}</Link>
      </Empty>
    );
  if (error && !data) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading what="the operation" />;
  return <Shown project={project} name={name} operation={data} />;
};
