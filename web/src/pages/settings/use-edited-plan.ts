import { useEffect, useState } from 'react';
import { isProblem } from '../../data/problem.ts';
import type { Plan } from '../../data/types.ts';
import { usePlan } from '../../plan/use-plan.ts';
import type { OfDatabase } from '../../shell/of-database.ts';
import { countOf, type Edits } from '../../plan/edits.ts';

/** Milliseconds after the last edit. */
const settleMs = 500;

export interface EditedPlan {
  /** Null while it is made, and where there is none. */
  readonly plan: Plan | null;
  /** What the API says against it; null for nothing. */
  readonly refused: string | null;
  /** What it allows in place of what was edited, by path: `settings.work_mem`. */
  readonly problems: ReadonlyMap<string, string>;
}

const none: ReadonlyMap<string, string> = new Map();

/** What would come of the edits, as a dry run says it once nothing has been edited for a moment. */
export const useEditedPlan = ({ project, name }: OfDatabase, edits: Edits): EditedPlan => {
  const settled = useSettled(edits);
  const isWanted = countOf(settled) > 0;
  const { data, error, isPlaceholderData } = usePlan(
    { project, name, change: { kind: 'change', body: settled } },
    isWanted,
  );
  // What is said of other edits than these says nothing about them, but for fields that are as they were.
  if (!isWanted || countOf(edits) === 0) return { plan: null, refused: null, problems: none };
  const problems = isProblem(error) ? new Map(error.problems.map(({ path, allowed }) => [path, allowed])) : none;
  const isOld = settled !== edits || isPlaceholderData;
  return { plan: isOld || error ? null : (data ?? null), refused: error && !isOld ? error.message : null, problems };
};

const useSettled = (edits: Edits): Edits => {
  const [settled, setSettled] = useState(edits);
  useEffect(() => {
    if (settled === edits) return undefined;
    const timer = setTimeout(() => setSettled(edits), settleMs);
    return () => clearTimeout(timer);
  }, [settled, edits]);
  return settled;
};
