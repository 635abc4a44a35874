import type { ReactNode } from 'react';
import { changeSearch } from '../../data/changes.ts';
import { useServerNow } from '../../data/clock.ts';
import { useDatabase } from '../../data/queries.ts';
import type { Operation } from '../../data/types.ts';
import { moneyText, plural } from '../../format/numbers.ts';
import { wordsOf } from '../../format/stages.ts';
import { durationText, momentText } from '../../format/times.ts';
import { ButtonLink } from '../../parts/button.tsx';
import { Notice } from '../../parts/notice.tsx';
import { databasePath, type OfDatabase } from '../../shell/of-database.ts';
import { HandOver } from './hand-over.tsx';
import { LeftOvers } from './left-overs.tsx';
import styles from './operations.module.css';
import { isCause } from './steps.ts';
import { resultOf, sameAgain } from './standing.ts';

interface Of extends OfDatabase {
  readonly operation: Operation;
}

const tones = { done: 'good', rolled_back: 'info', aborted: 'info', failed: 'bad', needs_operator: 'bad' } as const;

const list = (names: readonly string[]): string => new Intl.ListFormat('en').format(names);

/** What is different now, as rows. */
const changesOf = (operation: Operation): readonly (readonly [string, string])[] => {
  const { nodes_added, nodes_removed, cost_before, cost_after, stall_ms, expected_stall_ms, steps, duration_ms } =
    operation;
  const before = cost_before.monthly_usd;
  const after = cost_after.monthly_usd;
  return [
    ...(duration_ms === null
      ? []
      : [['Took', `${durationText(duration_ms)}, ${plural(steps.length, 'step')}`] as const]),
    ...(stall_ms === null
      ? []
      : [['Writes were held', `${durationText(stall_ms)}, expected ${durationText(expected_stall_ms)}`] as const]),
    ...(nodes_added.length === 0 ? [] : [['Added', list(nodes_added)] as const]),
    ...(nodes_removed.length === 0 ? [] : [['Removed', list(nodes_removed)] as const]),
    ...(before === after ? [] : [['Cost per month', `${moneyText(before)} → ${moneyText(after)}`] as const]),
  ];
};

/** What the database says of it may be a little older than the end of its operation. Milliseconds. */
const catchesUpMs = 5000;

/** What is open is known of the database: the operation has ended, and is not looked at any longer. */
const Window = ({ project, name, operation: { id, checkpoint, type, ended_at } }: Of): ReactNode => {
  const { data: status } = useDatabase(project, name);
  const now = useServerNow(1000);
  if (!checkpoint || !status) return null;
  const isNew = ended_at !== null && now - Date.parse(ended_at) < catchesUpMs;
  const open = status.checkpoint?.operation_id === id ? status.checkpoint : isNew ? checkpoint : null;
  if (open === null || Date.parse(open.rollback_available_until) <= now)
    return <p>Its rollback window is closed: it cannot be rolled back any longer.</p>;
  return (
    <p>
      The {wordsOf(type)} can be rolled back until {momentText(open.rollback_available_until)}.
    </p>
  );
};

const Continue = ({ project, name, operation }: Of): ReactNode => {
  const again = sameAgain(operation);
  if (!again) return null;
  return (
    <div>
      <ButtonLink look="primary" href={`${databasePath(project, name)}${changeSearch(again)}`}>
        Continue …
      </ButtonLink>
      <p className={styles['why']}>The same request again: it finishes what was begun.</p>
    </div>
  );
};

const Done = (of: Of): ReactNode => {
  const { operation } = of;
  const changes = changesOf(operation);
  return (
    <>
      {changes.length > 0 && (
        <dl className={styles['changes']}>
          {changes.map(([term, value]) => (
            <div key={term}>
              <dt>{term}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      <Window {...of} />
    </>
  );
};

/** How it ended, what is different now, and what there is to do. */
export const OperationEnd = (of: Of): ReactNode => {
  const { operation } = of;
  const { status, error, steps, warnings } = operation;
  if (status === 'running') return null;
  const result = resultOf(operation);
  // Beside its step stands what it was; without one there is no place for it but here.
  const isShownBelow = steps.some((step) => isCause(step, error));
  return (
    <section aria-label="Result" className={styles['end']} data-result={status}>
      <Notice tone={tones[status]}>
        <p className={styles['result']}>{result.charAt(0).toUpperCase() + result.slice(1)}</p>
        {error && <p>{isShownBelow ? `The reason stands below, in the step "${error.step}".` : error.message}</p>}
      </Notice>
      {status === 'done' && <Done {...of} />}
      {steps.length === 0 && warnings.map((warning) => <p key={warning}>{warning}</p>)}
      {error && !isShownBelow && <LeftOvers of={error.left_over} />}
      {status === 'needs_operator' && <Continue {...of} />}
      <HandOver operation={operation} />
    </section>
  );
};
