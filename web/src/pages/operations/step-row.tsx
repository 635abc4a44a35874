import type { ReactNode } from 'react';
import { useServerNow } from '../../data/clock.ts';
import type { Operation, Step } from '../../data/types.ts';
import { clockText, durationText } from '../../format/times.ts';
import { WaitActions } from '../../plan/wait-actions.tsx';
import type { OfDatabase } from '../../shell/of-database.ts';
import { LeftOvers } from './left-overs.tsx';
import { StepProgress } from './step-progress.tsx';
import styles from './operations.module.css';
import { StateMark } from './state-mark.tsx';
import { isCause, stateOf, stepWords } from './steps.ts';

interface StepOf extends OfDatabase {
  readonly step: Step;
  readonly operation: Operation;
}

/** Since when, counted on: `4 s`, `1:54`. */
const Since = ({ at }: { readonly at: string }): ReactNode => {
  const now = useServerNow(1000);
  const ms = Math.max(0, now - Date.parse(at));
  return ms < 60_000 ? `${Math.floor(ms / 1000)} s` : clockText(ms);
};

const Waits = ({ wait }: { readonly wait: NonNullable<Step['waiting_for']> }): ReactNode => (
  <p>
    waits <Since at={wait.since} /> for: {wait.says}
  </p>
);

/** What a step says of itself while it runs, and why it failed. */
const More = ({ step, operation, ...of }: StepOf): ReactNode => {
  const { error } = operation;
  const cause = isCause(step, error) ? error : null;
  return (
    <>
      {step.progress && <StepProgress progress={step.progress} of={step.name} />}
      {step.waiting_for && <Waits wait={step.waiting_for} />}
      {step.detail !== null && step.detail !== '' && !step.waiting_for && !step.progress && !cause && (
        <p>{step.detail}</p>
      )}
      {step.remedy !== null && <p>{step.remedy}</p>}
      {step.waiting_for && <WaitActions {...of} wait={step.waiting_for} />}
      {cause && (
        <div className={styles['cause']}>
          <p>{cause.message}</p>
          <LeftOvers of={cause.left_over} />
        </div>
      )}
    </>
  );
};

/** One step: what it is, in which state, and what it says. The arrow keys reach it. */
export const StepRow = (of: StepOf): ReactNode => {
  const { step, operation } = of;
  const state = stateOf(step);
  return (
    <li
      className={styles['step']}
      tabIndex={-1}
      data-stop=""
      data-step={step.index}
      data-state={state}
      aria-current={step.index === operation.current ? 'step' : undefined}
    >
      <StateMark state={state} />
      <div className={styles['stepText']}>
        <span className={styles['stepName']}>{step.name}</span>
        <More {...of} />
      </div>
      <span className={`${styles['word']} ${styles[state]}`}>
        {stepWords[state]}
        {(step.attempt ?? 1) > 1 && `, attempt ${step.attempt}`}
      </span>
      <span className={styles['took']}>
        {step.duration_ms !== null && durationText(step.duration_ms)}
        {state === 'running' && step.started_at !== null && <Since at={step.started_at} />}
      </span>
    </li>
  );
};
