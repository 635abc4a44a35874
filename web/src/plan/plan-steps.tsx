import type { ReactNode } from 'react';
import type { Plan } from '../data/types.ts';
import { durationText } from '../format/times.ts';
import { plural } from '../format/numbers.ts';
import { Fold } from '../parts/fold.tsx';
import { type Part, type Phase, phasesOf } from '../pages/operations/steps.ts';
import { pointOfNoReturn } from './plan-text.ts';
import styles from './plan.module.css';

type PlannedStep = Plan['steps'][number];

interface PlanStepsProps {
  readonly plan: Plan;
  /** Its cut-over waits for a word. */
  readonly waits: boolean;
}

/** Every step by its phase. The phase in which the point of no return lies is open. */
export const PlanSteps = ({ plan, waits }: PlanStepsProps): ReactNode => {
  const last = pointOfNoReturn(plan);
  return (
    <section aria-label="Steps" className={styles['part']}>
      <h3>{plural(plan.steps.length, 'step')}</h3>
      {phasesOf(plan.steps).map((phase) => (
        <Fold
          key={phase.first}
          title={<PhaseTitle phase={phase} />}
          open={phase.steps.some(({ index }) => index === last)}
        >
          <ol className={styles['steps']}>
            {phase.parts.map((part, index) => (
              <StepRow key={index} part={part} last={last} waits={waits} />
            ))}
          </ol>
        </Fold>
      ))}
    </section>
  );
};

const PhaseTitle = ({ phase: { names, steps } }: { readonly phase: Phase<PlannedStep> }): ReactNode => {
  const [first, last] = [steps[0]!.index + 1, steps.at(-1)!.index + 1];
  const known = steps.flatMap(({ usual_ms }) => (usual_ms === null ? [] : [usual_ms]));
  const usual = known.length === steps.length ? `usually ${durationText(known.reduce((a, b) => a + b, 0))}` : '';
  return (
    <>
      <strong>{names.join(' ∥ ')}</strong> {first === last ? first : `${first}–${last}`}
      {usual !== '' && <span className={styles['note']}> {usual}</span>}
    </>
  );
};

interface StepRowProps {
  readonly part: Part<PlannedStep>;
  /** Index of the step after which nothing is undone. */
  readonly last: number;
  readonly waits: boolean;
}

const StepRow = ({ part, last, waits }: StepRowProps): ReactNode => {
  if ('step' in part)
    return (
      <li>
        <StepName step={part.step} last={last} waits={waits} />
      </li>
    );
  return (
    <li className={styles['lanes']} aria-label="At the same time">
      {part.lanes.map(({ number, steps }) => (
        <ol key={number} className={styles['lane']} aria-label={`Lane ${number + 1}`}>
          {steps.map((step) => (
            <li key={step.index}>
              <StepName step={step} last={last} waits={waits} />
            </li>
          ))}
        </ol>
      ))}
    </li>
  );
};

type StepNameProps = Omit<StepRowProps, 'part'> & { readonly step: PlannedStep };

const StepName = ({ step, last, waits }: StepNameProps): ReactNode => {
  const { index, name, waits_for_signal } = step;
  const isLast = index === last;
  return (
    <div className={isLast ? styles['noReturn'] : styles['step']} data-step={index}>
      <span className={styles['number']}>{index + 1}</span>
      <span>
        {name}
        {waits && waits_for_signal && <span className={styles['note']}> · waits here until you say so</span>}
        {isLast && <span className={styles['diamond']}>◆ point of no return</span>}
      </span>
    </div>
  );
};
