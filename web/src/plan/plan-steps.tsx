import type { ReactNode } from 'react';
import type { Plan } from '../data/types.ts';
import { durationText } from '../format/times.ts';
import { plural } from '../format/numbers.ts';
import { Fold } from '../parts/fold.tsx';
import { phasesOf, type Phase, type PlannedStep, type Row } from './phases.ts';
import styles from './plan.module.css';

/** Every step by its phase. The phase in which the point of no return lies is open. */
export const PlanSteps = ({ plan }: { readonly plan: Plan }): ReactNode => (
  <section aria-label="Steps" className={styles['part']}>
    <h3>{plural(plan.steps.length, 'step')}</h3>
    {phasesOf(plan.steps).map((phase) => (
      <Fold
        key={phase.steps[0]!.index}
        title={<PhaseTitle phase={phase} />}
        open={phase.steps.some(({ cut_over }) => cut_over)}
      >
        <ol className={styles['steps']}>
          {phase.rows.map((row, index) => (
            <StepRow key={index} row={row} />
          ))}
        </ol>
      </Fold>
    ))}
  </section>
);

const PhaseTitle = ({ phase: { name, steps } }: { readonly phase: Phase }): ReactNode => {
  const [first, last] = [steps[0]!.index + 1, steps.at(-1)!.index + 1];
  const known = steps.flatMap(({ usual_ms }) => (usual_ms === null ? [] : [usual_ms]));
  const usual = known.length === steps.length ? `usually ${durationText(known.reduce((a, b) => a + b, 0))}` : '';
  return (
    <>
      <strong>{name}</strong> {first === last ? first : `${first}–${last}`}
      {usual !== '' && <span className={styles['note']}> {usual}</span>}
    </>
  );
};

const StepRow = ({ row }: { readonly row: Row }): ReactNode => {
  if ('step' in row)
    return (
      <li>
        <StepName step={row.step} />
      </li>
    );
  return (
    <li className={styles['lanes']}>
      <span className="visually-hidden">At the same time:</span>
      {row.lanes.map((lane, index) => (
        <ol key={index} className={styles['lane']}>
          {lane.map((step) => (
            <li key={step.index}>
              <StepName step={step} />
            </li>
          ))}
        </ol>
      ))}
    </li>
  );
};

const StepName = ({ step: { index, name, cut_over, waits_for_signal } }: { readonly step: PlannedStep }): ReactNode => (
  <div className={cut_over ? styles['noReturn'] : styles['step']} data-step={index}>
    <span className={styles['number']}>{index + 1}</span> {name}
    {waits_for_signal && <span className={styles['note']}> · a cut-over on your word waits here</span>}
    {cut_over && <span className={styles['diamond']}>◆ point of no return</span>}
  </div>
);
