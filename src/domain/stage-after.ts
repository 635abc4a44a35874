import type { OperationWorkflow, ScaleDownTarget } from './inputs.ts';
import type { ExpansionTarget, Stage } from './stage.ts';

const stageOf = { single: 0, pooling: 1, replicas: 2, ha: 3 } as const satisfies Record<string, Stage>;

/** The stage that an operation leads to, before it is planned; null for none. `present`: null of a database that is still to be made. */
export const stageAfter = (
  workflow: OperationWorkflow,
  input: { readonly target?: ExpansionTarget | ScaleDownTarget },
  present: Stage | null,
): Stage | null => {
  if (workflow === 'destroyDatabase') return null;
  if (present === null) return stageOf.single;
  const { target } = input;
  if (target === undefined) return present;
  if (target === 'unpooled') return present === stageOf.pooling ? stageOf.single : present;
  return workflow === 'expand' && stageOf[target] < present ? present : stageOf[target];
};
