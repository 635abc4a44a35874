import type { Database } from '../database.ts';
import { PgrowError } from '../errors.ts';
import type { Facts } from '../facts.ts';
import type { HaOptions, LoadBalancing, OperationOptions, PoolingOptions, ReplicaOptions } from '../options.ts';
import { refuseOutgrown } from '../pool-bound.ts';
import type { UnpricedPlan } from '../plan.ts';
import { loadBalancingOf } from '../routes.ts';
import { stageNames, type ExpansionTarget } from '../stage.ts';
import type { Topology } from '../topology.ts';
import { assemble } from './assemble.ts';
import { growHa } from './grow-ha.ts';
import { growPooling } from './grow-pooling.ts';
import { growReplicas } from './grow-replicas.ts';
import type { PlanPart } from './plan-part.ts';
import { guestsOf } from './hand-over.ts';

export interface ExpandPlanInput {
  readonly database: Database;
  readonly operation_id: string;
  readonly target: ExpansionTarget;
  /** With target `replicas` or `ha`: turn pooling on in the same operation. */
  readonly pooling: PoolingOptions | null;
  readonly replicas: ReplicaOptions | null;
  readonly ha: HaOptions | null;
  readonly options: OperationOptions;
  /** What the server holds; null if it could not be asked. Default null. */
  readonly facts?: Facts | null;
  /** Type of the operation whose checkpoint is still open; this one closes it. */
  readonly closesWindowOf: string | null;
  /** How reads are spread at stage 3; as they are now where nothing is said. */
  readonly load_balancing?: LoadBalancing;
  /** False for the rollback of a scale-down, from which there is no further way back. Default true. */
  readonly reversible?: boolean;
}

/** From any stage to any higher one in one operation. A stage already reached is a plan without steps. */
export const planExpand = (input: ExpandPlanInput): UnpricedPlan => {
  const { database, target, facts = null, reversible = true } = input;
  refuseWayDown(database, target);
  refuseOtherOptions(input);
  // A way back is not kept from anybody for the pools that there were.
  if (input.pooling && !database.topology.pooling && reversible) refuseOutgrown(input.pooling, facts);
  let reached: Topology = database.topology;
  const parts: PlanPart[] = [];
  const grow = (part: PlanPart | null) => {
    if (!part) return;
    parts.push(part);
    reached = part.topology;
  };
  if (input.pooling && !reached.pooling)
    grow(growPooling({ ...input, topology: reached, pooling: input.pooling, facts }));
  if (target === 'replicas' && reached.stage < 2 && input.replicas)
    grow(growReplicas({ ...input, topology: reached, replicas: input.replicas }));
  if (target === 'ha' && reached.stage < 3 && input.ha) {
    const { ha, load_balancing = loadBalancingOf(reached) } = input;
    grow(growHa({ ...input, topology: reached, ha, load_balancing, guests: guestsOf(facts) }));
  }
  // What the operation before kept for its rollback goes when this one closes its checkpoint.
  const obsolete = parts.length > 0 && reached.kept === database.topology.kept;
  return assemble({
    type: 'expand',
    from: database.topology,
    to: obsolete ? { ...reached, kept: [] } : reached,
    parts,
    closesWindowOf: input.closesWindowOf,
    reversible,
  });
};

const refuseWayDown = ({ name, topology }: Database, target: ExpansionTarget) => {
  if (target !== 'replicas' || topology.stage < 3) return;
  throw new PgrowError(
    'refused',
    `Cannot expand ${name} to replicas: it is at stage ${topology.stage} (${stageNames[topology.stage]}), which is ` +
      'higher. Scale it down instead.',
  );
};

/** A stage reached already is success only with the options asked for: silence would pass for a change. */
const refuseOtherOptions = ({ database: { name, topology }, target, pooling, replicas, ha }: ExpandPlanInput) => {
  const differing = [
    ...(topology.pooling && pooling ? differences(topology.pooling, pooling) : []),
    ...(target === 'replicas' && topology.replicas && replicas ? differences(topology.replicas, replicas) : []),
    ...(target === 'ha' && topology.ha && ha ? differences(topology.ha, ha) : []),
  ];
  if (differing.length === 0) return;
  throw new PgrowError(
    'refused',
    `${name} is at that stage already, with other options: ${differing.join(', ')}. Expanding does not change options.`,
  );
};

const differences = <T extends object>(present: T, wanted: T): readonly string[] =>
  (Object.keys(wanted) as (keyof T & string)[])
    .filter((key) => present[key] !== wanted[key])
    .map((key) => `${key} is ${String(present[key])}, asked for ${String(wanted[key])}`);
