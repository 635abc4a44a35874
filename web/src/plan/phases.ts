import type { Plan } from '../data/types.ts';

export type PlannedStep = Plan['steps'][number];

/** One step, or those that run at the same time, by their lanes. */
export type Row = { readonly step: PlannedStep } | { readonly lanes: readonly (readonly PlannedStep[])[] };

export interface Phase {
  readonly name: string;
  readonly steps: readonly PlannedStep[];
  readonly rows: readonly Row[];
}

/** Steps by their phases, in the order in which they run. */
export const phasesOf = (steps: readonly PlannedStep[]): readonly Phase[] => {
  const found: { name: string; steps: PlannedStep[] }[] = [];
  for (const step of steps) {
    const last = found.at(-1);
    if (last?.name === step.phase) last.steps.push(step);
    else found.push({ name: step.phase, steps: [step] });
  }
  return found.map((phase) => ({ ...phase, rows: rowsOf(phase.steps) }));
};

const rowsOf = (steps: readonly PlannedStep[]): readonly Row[] => {
  const rows: Row[] = [];
  for (let index = 0; index < steps.length;) {
    const group = steps[index]!.lane?.group;
    if (group === undefined) {
      rows.push({ step: steps[index]! });
      index += 1;
      continue;
    }
    const together = takeWhile(steps.slice(index), ({ lane }) => lane?.group === group);
    rows.push({ lanes: Object.values(Object.groupBy(together, ({ lane }) => lane!.number)).map((each) => each!) });
    index += together.length;
  }
  return rows;
};

const takeWhile = <T>(list: readonly T[], is: (each: T) => boolean): readonly T[] => {
  const end = list.findIndex((each) => !is(each));
  return end === -1 ? list : list.slice(0, end);
};
