import type { StepProgress, StepRecord, StepStatus, StepWait } from './operation.ts';
import type { OperationOptions } from './options.ts';
import type { StepTraits } from './step-traits.ts';

/** What a step that runs has shown of itself last. */
export interface StepSeen {
  readonly progress: StepProgress | null;
  readonly waiting_for: StepWait | null;
  readonly remedy: string | null;
}

/** Nothing, as long as nothing else is said. */
export const nothingSeen: StepSeen = { progress: null, waiting_for: null, remedy: null };

/** A step as it is on record: `traits`, `attempts` and `seen` are null of operations of earlier versions. */
export interface RecordedStep {
  readonly index: number;
  readonly name: string;
  readonly phase: string;
  readonly status: StepStatus;
  readonly detail: string | null;
  readonly waiting: boolean;
  readonly started_at: Date | null;
  readonly ended_at: Date | null;
  readonly traits: StepTraits | null;
  readonly attempts: number | null;
  readonly seen: StepSeen | null;
}

interface Operation {
  readonly point_of_no_return: string | null;
  readonly options: OperationOptions | null;
}

export const stepRecord = (step: RecordedStep, operation: Operation): StepRecord => {
  const { index, name, phase, status, detail, waiting, started_at, ended_at, traits, attempts } = step;
  const seen = status === 'running' && !waiting ? step.seen : null;
  return {
    index,
    name,
    phase,
    status,
    started_at: started_at?.toISOString() ?? null,
    duration_ms: started_at && ended_at ? ended_at.getTime() - started_at.getTime() : null,
    detail,
    ...(waiting && { waiting: true }),
    attempt: attempts,
    ended_at: ended_at?.toISOString() ?? null,
    progress: seen?.progress ?? null,
    waiting_for: waiting ? waitOf(step, operation) : (seen?.waiting_for ?? null),
    remedy: seen?.remedy ?? null,
    cut_over: traits?.cut_over ?? name === operation.point_of_no_return,
    waits_for_signal: traits?.waits_for_signal ?? false,
    lane: traits?.lane ?? null,
  };
};

/** Of one that has not begun. */
const waitOf = ({ status, started_at, detail, traits }: RecordedStep, { options }: Operation): StepWait | null => {
  if (status !== 'running' || !started_at) return null;
  const wait = (kind: StepWait['kind'], seconds: number | null | undefined): StepWait => ({
    kind,
    since: started_at.toISOString(),
    until: typeof seconds === 'number' ? new Date(started_at.getTime() + seconds * 1000).toISOString() : null,
    says: detail ?? '',
  });
  if (traits && traits.grace_seconds !== null) return wait('grace', traits.grace_seconds);
  // Before a cut-over it may be the window of the operation before that has to close.
  const isSignal = traits?.waits_for_signal === true && detail?.startsWith(readyToCutOver) === true;
  return isSignal ? wait('cutover', options?.cutover_deadline) : wait('condition', null);
};

/** What a step that waits for the signal says first. */
export const readyToCutOver = 'ready to cut over';
