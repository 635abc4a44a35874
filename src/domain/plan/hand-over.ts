import type { CutOver } from '../actions.ts';
import { handOverAttempts, step, type Outline } from './outline.ts';

/** The one step past which nothing is undone, with the look around that precedes it. */
export const handOver = (phase: string, input: CutOver): Outline =>
  handOverAttempts([
    step(phase, 'check that nothing stands in the way', { action: 'preflightCutOver', input }),
    step(phase, `hand over from ${input.from.name} to ${input.to.name}`, { action: 'cutOver', input }, [], {
      point_of_no_return: true,
      waits_for_signal: true,
    }),
  ]);
