import type { ReactNode } from 'react';
import { isProblem } from '../data/problem.ts';
import { Button } from './button.tsx';
import styles from './parts.module.css';

type Tone = 'info' | 'good' | 'warn' | 'bad';

export const Notice = ({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }): ReactNode => (
  <div className={`${styles['notice']} ${styles[tone]}`}>{children}</div>
);

/** What the API said, in its own words, and how to ask again. */
export const ProblemNotice = ({
  error,
  onRetry,
}: {
  readonly error: unknown;
  readonly onRetry?: () => void;
}): ReactNode => (
  <div role="alert">
    <Notice tone="bad">
      <p>{error instanceof Error ? error.message : String(error)}</p>
      {isProblem(error) && error.problems.length > 0 && (
        <ul>
          {error.problems.map(({ path, value, allowed }) => (
            <li key={path}>
              <code>{path}</code> is {JSON.stringify(value)}, allowed: {allowed}
            </li>
          ))}
        </ul>
      )}
      {isProblem(error) && error.requestId !== null && error.status >= 500 && (
        <p>
          Request <code>{error.requestId}</code>
        </p>
      )}
      {onRetry && <Button onClick={onRetry}>Try again</Button>}
    </Notice>
  </div>
);

/** For what is on its way. Nothing moves, and nothing is announced before it has taken a while. */
export const Loading = ({ what }: { readonly what: string }): ReactNode => (
  <p className={styles['why']} aria-busy="true">
    Reading {what} …
  </p>
);

/** One sentence, and what to do. */
export const Empty = ({ children }: { readonly children: ReactNode }): ReactNode => (
  <div className={styles['empty']}>{children}</div>
);

export const Card = ({ children, label }: { readonly children: ReactNode; readonly label?: string }): ReactNode => (
  <section className={styles['card']} aria-label={label}>
    {children}
  </section>
);
