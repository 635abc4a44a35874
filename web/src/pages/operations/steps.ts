import type { Operation, Step } from '../../data/types.ts';

/** What the steps of an operation show: pure, so that it can be tested without a page. */

export const stepWords = {
  pending: 'pending',
  running: 'running',
  waits: 'waits',
  helped: 'running, being helped',
  done: 'done',
  failed: 'failed',
  undone: 'undone',
  undo_failed: 'could not be undone',
} as const;
export type StepState = keyof typeof stepWords;

/** `waits`: it has not begun. One that runs until something is so has begun; it says what it waits for. */
export const stateOf = (step: Step): StepState => {
  if (step.status !== 'running') return step.status;
  if (step.waiting === true) return 'waits';
  return step.remedy !== null || (step.attempt ?? 1) > 1 ? 'helped' : 'running';
};

/** What puts a step in its place. */
type Placed = Pick<Step, 'index' | 'phase' | 'lane'>;

/** Steps one after the other, or lanes side by side. */
export type Part<S extends Placed = Step> =
  | { readonly step: S }
  | { readonly lanes: readonly { readonly number: number; readonly steps: readonly S[] }[] };

/** What folds together: the steps of one phase, or of the phases whose lanes run side by side. */
export interface Phase<S extends Placed = Step> {
  /** Index of its first step. */
  readonly first: number;
  readonly names: readonly string[];
  readonly parts: readonly Part<S>[];
  readonly steps: readonly S[];
}

const runsBeside = (a: Placed | undefined, b: Placed): boolean =>
  a?.lane != null && b.lane !== null && a.lane.group === b.lane.group;

export const phasesOf = <S extends Placed>(steps: readonly S[]): readonly Phase<S>[] => {
  const phases: S[][] = [];
  for (const step of steps) {
    const last = phases.at(-1);
    const before = last?.at(-1);
    if (last && (before?.phase === step.phase || runsBeside(before, step))) last.push(step);
    else phases.push([step]);
  }
  return phases.map((own) => ({
    first: own[0]!.index,
    names: [...new Set(own.map(({ phase }) => phase))],
    parts: partsOf(own),
    steps: own,
  }));
};

const partsOf = <S extends Placed>(steps: readonly S[]): readonly Part<S>[] => {
  const runs: S[][] = [];
  for (const step of steps) {
    const last = runs.at(-1);
    if (last && runsBeside(last[0], step)) last.push(step);
    else runs.push([step]);
  }
  return runs.flatMap((run): Part<S>[] => {
    const numbers = [...new Set(run.map(({ lane }) => lane?.number ?? 0))];
    if (numbers.length === 1) return run.map((step) => ({ step }));
    return [{ lanes: numbers.map((number) => ({ number, steps: run.filter(({ lane }) => lane?.number === number) })) }];
  });
};

/** What is most worth knowing of several steps: the first of these that one of them is in. */
const weight: readonly StepState[] = ['undo_failed', 'failed', 'waits', 'helped', 'running', 'undone', 'pending'];

export const stateOfPhase = ({ steps }: Phase): StepState => {
  const states = new Set(steps.map(stateOf));
  // Between two of its steps none runs.
  if (states.has('pending') && states.has('done') && states.size === 2) return 'running';
  return weight.find((state) => states.has(state)) ?? 'done';
};

/** Whether it is unfolded as long as nobody has said otherwise: what runs, or went wrong, or comes next. */
export const isOpenAtFirst = (
  { steps }: Phase,
  { current, status, error }: Pick<Operation, 'current' | 'status' | 'error'>,
): boolean =>
  steps.some(
    (step) =>
      ['running', 'failed', 'undo_failed'].includes(step.status) ||
      isCause(step, error) ||
      (status === 'running' && step.index === current),
  );

/** Whether an operation ended because of this step. */
export const isCause = (step: Step, error: Operation['error']): boolean =>
  error !== null && error.step === step.name && step.status !== 'done' && step.status !== 'pending';

/** Milliseconds that its steps took together, those side by side counted once; null while one of them is not done. */
export const tookMs = ({ steps }: Phase): number | null => {
  const spans = steps.map(({ started_at, ended_at }) => [Date.parse(started_at ?? ''), Date.parse(ended_at ?? '')]);
  if (steps.some(({ status }) => status !== 'done') || spans.flat().some(Number.isNaN)) return null;
  return Math.max(...spans.map(([, end]) => end!)) - Math.min(...spans.map(([start]) => start!));
};
