import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { onServerClock } from '../data/clock.ts';
import { isProblem } from '../data/problem.ts';
import { Loading, Notice, ProblemNotice } from './notice.tsx';
import styles from './parts.module.css';
import { Ago } from './times.tsx';

interface AnsweredProps<T> {
  readonly of: UseQueryResult<T>;
  /** `the snapshots`. */
  readonly what: string;
  readonly children: (data: T) => ReactNode;
}

/** What was asked for, in whichever state it is: on its way, refused, there, or there and out of date. */
export const Answered = <T,>({ of, what, children }: AnsweredProps<T>): ReactNode => {
  const { data, error, refetch, dataUpdatedAt } = of;
  if (isProblem(error) && error.status === 403)
    return (
      <Notice tone="info">
        <p>{error.message}</p>
      </Notice>
    );
  if (data === undefined) {
    if (error) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
    return <Loading what={what} />;
  }
  if (!error) return children(data);
  return (
    <>
      <p className={styles['why']}>
        As it was <Ago at={new Date(onServerClock(dataUpdatedAt)).toISOString()} />: {error.message}
      </p>
      <div className={styles['stale']}>{children(data)}</div>
    </>
  );
};
