import type { Database } from '../database.ts';
import { PgrowError, type Problem } from '../errors.ts';
import type { Facts } from '../facts.ts';
import { invalidInput } from '../input-problems.ts';
import type { ScaleDownTarget } from '../inputs.ts';
import { replicaOptions, type ReplicaWishes } from '../options.ts';
import type { UnpricedPlan } from '../plan.ts';
import { loadBalancingOf } from '../routes.ts';
import { stageNames } from '../stage.ts';
import type { Topology } from '../topology.ts';
import { assemble } from './assemble.ts';
import type { PlanPart } from './plan-part.ts';
import { guestsOf } from './hand-over.ts';
import { shrinkHa } from './shrink-ha.ts';
import { shrinkPooling } from './shrink-pooling.ts';
import { shrinkReplicas } from './shrink-replicas.ts';

export interface ScaleDownPlanInput {
  readonly database: Database;
  readonly target: ScaleDownTarget;
  /** With target `replicas` from stage 3: the replicas that remain. */
  readonly replicas: ReplicaWishes;
  /** Seconds that applications have before pooling is removed. */
  readonly gracePeriodSeconds: number;
  /** Who leads at stage 3, as Patroni has it; the primary below. */
  readonly leader: string;
  /** What the server holds; null if it could not be asked. Default null. */
  readonly facts?: Facts | null;
  /** Replicas that can do nothing now. Default none. */
  readonly hanging?: readonly string[];
  readonly closesWindowOf: string | null;
}

/** From any stage to any lower one in one operation. What is reached already is a plan without steps. */
export const planScaleDown = (input: ScaleDownPlanInput): UnpricedPlan => {
  const { database, target } = input;
  refuseWayUp(database, target);
  refuseOtherReplicas(input);
  const from = database.topology;
  // The open checkpoint is closed before the first step, and what it kept goes with it.
  let reached: Topology = { ...from, kept: [] };
  const parts: PlanPart[] = [];
  const shrink = (part: PlanPart) => {
    parts.push(part);
    reached = part.topology;
  };
  const keepsReplicas = target === 'replicas' || target === 'unpooled';
  if (reached.ha && target !== 'unpooled') {
    const kept = { load_balancing: loadBalancingOf(reached) };
    const replicas = target === 'replicas' ? replicaOptions.parse({ ...kept, ...input.replicas }) : null;
    const hanging = input.hanging ?? [];
    const guests = guestsOf(input.facts);
    shrink(shrinkHa({ database, topology: reached, leader: input.leader, hanging, replicas, guests }));
  } else if (reached.replicas && !keepsReplicas) {
    shrink(shrinkReplicas({ topology: reached }));
  }
  if (reached.pooling && (target === 'single' || target === 'unpooled')) {
    shrink(shrinkPooling({ topology: reached, gracePeriodSeconds: input.gracePeriodSeconds }));
  }
  return assemble({ type: 'scale_down', from, to: reached, parts, closesWindowOf: input.closesWindowOf });
};

const refuseWayUp = ({ name, topology }: Database, target: ScaleDownTarget) => {
  const refuse = (why: string) => {
    throw new PgrowError('refused', `Cannot scale ${name} down to ${target}: ${why}`);
  };
  const at = `it is at stage ${topology.stage} (${stageNames[topology.stage]})`;
  if (target === 'replicas' && topology.stage < 2) refuse(`${at}, which is lower. Expand it instead.`);
  if (target === 'pooling' && !topology.pooling) refuse(`${at} without pooling. Turn pooling on, or choose single.`);
};

/** Options of replicas decide what remains of ha. Where none remain, or some are there already, silence would pass for a change. */
const refuseOtherReplicas = ({ database: { name, topology }, target, replicas }: ScaleDownPlanInput) => {
  const present = target === 'replicas' && !topology.ha ? topology.replicas : null;
  if (target === 'replicas' && !present) return;
  const problems = (Object.keys(replicas) as (keyof ReplicaWishes)[])
    .filter((key) => replicas[key] !== undefined && replicas[key] !== present?.[key])
    .map((key): Problem => {
      const path = `replicas.${key}`;
      if (!present) return { path, value: replicas[key], allowed: `nothing with target ${target}` };
      const other = key === 'count' ? `; another number: ./pgrow replicas ${name} COUNT` : '';
      return { path, value: replicas[key], allowed: `${String(present[key])}, as it is${other}` };
    });
  if (problems.length > 0) throw invalidInput(`Scaling ${name} down to ${target}`, problems);
};
