import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { isProblem } from '../data/problem.ts';
import { Notice, ProblemNotice } from '../parts/notice.tsx';
import { databasePath } from '../shell/of-database.ts';
import { differencesOf } from './plan-differences.ts';
import type { Plan } from '../data/types.ts';
import styles from './plan.module.css';

interface PlanRefusalProps {
  readonly error: unknown;
  readonly project: string;
  readonly name: string | null;
  /** Paths that have a field of their own, which says what is wrong. */
  readonly fields: readonly string[];
  readonly onRetry: () => void;
}

/** Why there is no plan, or why it did not start: in the API's words. */
export const PlanRefusal = ({ error, project, name, fields, onRetry }: PlanRefusalProps): ReactNode => {
  if (!isProblem(error)) return <ProblemNotice error={error} onRetry={onRetry} />;
  const running = error.problems.find(({ path }) => path === 'operation')?.value as { id?: string | null } | undefined;
  if (error.code === 'operation_running')
    return (
      <div role="alert">
        <Notice tone="info">
          <p>{error.message}</p>
          {running?.id != null && name !== null && (
            <p>
              <Link href={databasePath(project, name, `operations/${running.id}`)}>Show that operation</Link>
            </p>
          )}
        </Notice>
      </div>
    );
  if (error.problems.length > 0 && error.problems.every(({ path }) => fields.includes(path)))
    return (
      <div role="alert">
        <Notice tone="bad">
          <p>
            {error.problems.length === 1 ? 'One option is' : `${error.problems.length} options are`} not allowed: see
            below.
          </p>
        </Notice>
      </div>
    );
  return <ProblemNotice error={error} {...(error.status === 0 || error.status >= 500 ? { onRetry } : {})} />;
};

/** Another plan than the one that was read: what is different in it. */
export const PlanChanged = ({ before, after }: { readonly before: Plan; readonly after: Plan }): ReactNode => {
  const differences = differencesOf(before, after);
  const signs = { new: '+', gone: '−', changed: '±' } as const;
  return (
    <div role="alert" data-part="plan-changed">
      <Notice tone="warn">
        <p>
          <strong>The plan has changed.</strong> Nothing was started. This is the plan as it is now
          {differences.length > 0 ? '; different in it:' : '; it differs in what its steps do.'}
        </p>
        <ul className={styles['differences']}>
          {differences.map(({ what, is }) => (
            <li key={what} data-difference={is}>
              <span aria-hidden>{signs[is]}</span> {is === 'changed' ? '' : `${is} `}
              {what}
            </li>
          ))}
        </ul>
      </Notice>
    </div>
  );
};
