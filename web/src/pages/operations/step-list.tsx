import { Fragment, type KeyboardEvent, type ReactNode, useState } from 'react';
import type { Operation } from '../../data/types.ts';
import { plural } from '../../format/numbers.ts';
import { durationText } from '../../format/times.ts';
import type { OfDatabase } from '../../shell/of-database.ts';
import { CutOver } from './cut-over.tsx';
import styles from './operations.module.css';
import { StateMark } from './state-mark.tsx';
import { StepRow } from './step-row.tsx';
import { isOpenAtFirst, type Part, type Phase, phasesOf, stateOfPhase, stepWords, tookMs } from './steps.ts';

interface Of extends OfDatabase {
  readonly operation: Operation;
}

const PartRows = ({ part, ...of }: Of & { readonly part: Part }): ReactNode => {
  if ('lanes' in part)
    return (
      <li className={styles['lanes']} aria-label="At the same time">
        {part.lanes.map(({ number, steps }) => (
          <ol key={number} className={styles['lane']} aria-label={`Lane ${number + 1}`}>
            {steps.map((step, at) => (
              <Fragment key={step.index}>
                {step.phase !== steps[at - 1]?.phase && <li className={styles['laneHead']}>{step.phase}</li>}
                <StepRow step={step} {...of} />
              </Fragment>
            ))}
          </ol>
        ))}
      </li>
    );
  return (
    <>
      {part.step.cut_over && <CutOver operation={of.operation} />}
      <StepRow step={part.step} {...of} />
    </>
  );
};

const PhaseRows = ({ phase, ...of }: Of & { readonly phase: Phase }): ReactNode => {
  const isOpenItself = isOpenAtFirst(phase, of.operation);
  // What somebody has folded or unfolded stays so until the phase begins or ends.
  const [chosen, setChosen] = useState<{ readonly isOpen: boolean; readonly when: boolean } | null>(null);
  const isOpen = chosen?.when === isOpenItself ? chosen.isOpen : isOpenItself;
  const state = stateOfPhase(phase);
  const took = tookMs(phase);
  const done = phase.steps.filter(({ status }) => status === 'done').length;
  return (
    <li data-phase={phase.names.join(' ')} data-state={state}>
      <details open={isOpen} className={styles['phase']}>
        <summary
          data-stop=""
          className={styles['phaseHead']}
          onClick={(event) => {
            event.preventDefault();
            setChosen({ isOpen: !isOpen, when: isOpenItself });
          }}
        >
          <StateMark state={state} />
          <span className={styles['phaseName']}>
            {phase.names.join(', ')}
            {phase.parts.some((part) => 'lanes' in part) && <span title="Some of it at the same time"> ∥</span>}
            {phase.steps.some((step) => step.cut_over) && <span title="The point of no return is in it"> ◆</span>}
          </span>
          <span className={`${styles['word']} ${styles[state]}`}>{stepWords[state]}</span>
          <span className={styles['took']}>
            {done > 0 && done < phase.steps.length ? `${done} of ` : ''}
            {plural(phase.steps.length, 'step')}
            {took !== null && `, ${durationText(took)}`}
          </span>
        </summary>
        <ol className={styles['steps']}>
          {phase.parts.map((part) => (
            <PartRows key={'step' in part ? part.step.index : part.lanes[0]!.steps[0]!.index} part={part} {...of} />
          ))}
        </ol>
      </details>
    </li>
  );
};

/** Arrows go through what is unfolded; to the right unfolds a phase, to the left folds it. */
const walk = (event: KeyboardEvent<HTMLElement>): void => {
  const here = event.target as HTMLElement;
  if (!here.hasAttribute('data-stop')) return;
  const isSummary = here.tagName === 'SUMMARY';
  const isOpen = here.closest('details')?.open === true;
  if (isSummary && ((event.key === 'ArrowRight' && !isOpen) || (event.key === 'ArrowLeft' && isOpen))) {
    event.preventDefault();
    here.click();
    return;
  }
  const stops = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-stop]')].filter(
    (stop) => stop.tagName === 'SUMMARY' || stop.closest('details')?.open === true,
  );
  const at = stops.indexOf(here);
  const to: Readonly<Record<string, number>> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: stops.length - 1 };
  const next = stops[to[event.key] ?? -1];
  if (!next) return;
  event.preventDefault();
  next.focus();
};

/** Every step, in the order of the plan. */
export const StepList = (of: Of): ReactNode =>
  of.operation.steps.length > 0 && (
    // The keys come from the summaries and steps inside it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <ol className={styles['phases']} aria-label="Steps" onKeyDown={walk}>
      {phasesOf(of.operation.steps).map((phase) => (
        <PhaseRows key={phase.first} phase={phase} {...of} />
      ))}
    </ol>
  );
