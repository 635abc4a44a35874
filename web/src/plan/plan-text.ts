import { stageNames } from '../format/stages.ts';
import { durationText } from '../format/times.ts';
import type { Change } from '../data/changes.ts';
import type { Plan } from '../data/types.ts';

/** What `./pgrow plan` calls the parts of a plan; `plan-text.test.ts` compares them. What it says of an endpoint comes from the API. */

type PlannedEndpoint = Plan['endpoints'][number];

export const endpointTitles: Readonly<Record<PlannedEndpoint['name'], string>> = {
  postgres: 'direct',
  pooled: 'pooled',
  pooled_read_only: 'pooled read-only',
  read_write: 'read-write',
  read_only: 'read-only',
  any_node: 'any node',
};

type Stalling = Pick<Plan, 'type' | 'expected_stall_ms'>;

export const stallText = ({ type, expected_stall_ms }: Stalling): string => {
  if (type === 'stop') return 'until it is started again';
  return expected_stall_ms === 0 ? 'none' : `about ${durationText(expected_stall_ms)}`;
};

const verbs: Readonly<Record<Plan['type'], string>> = {
  create: 'Create',
  expand: 'Expand',
  scale_down: 'Scale down',
  set_replicas: 'Change the replicas of',
  set_pooling: 'Change the pooling of',
  change: 'Change',
  switchover: 'Switch over',
  failover: 'Fail over',
  reinitialize: 'Rebuild a node of',
  repair: 'Repair',
  snapshot: 'Take a snapshot of',
  rotate: 'Rotate the credentials of',
  rollback: 'Roll back',
  stop: 'Stop',
  start: 'Start',
  restore: 'Restore as',
  destroy: 'Destroy',
};

/** `Expand shop: replicas → high availability`. */
export const planTitle = (
  plan: Pick<Plan, 'type' | 'database' | 'from_stage' | 'to_stage'>,
  body: Change['body'],
): string => {
  const { type, database, from_stage: from, to_stage: to } = plan;
  const node = type === 'reinitialize' && typeof body['node'] === 'string' ? body['node'] : null;
  const verb = node === null ? verbs[type] : `Rebuild ${node} of`;
  const isOther = from !== null && to !== null && from !== to;
  return `${verb} ${database}${isOther ? `: ${stageNames[from]} → ${stageNames[to]}` : ''}`;
};

/** On the button that starts it. */
export const startText: Readonly<Record<Plan['type'], string>> = {
  create: 'Create it',
  expand: 'Expand now',
  scale_down: 'Scale down now',
  set_replicas: 'Change it now',
  set_pooling: 'Change it now',
  change: 'Change it now',
  switchover: 'Switch over now',
  failover: 'Fail over now',
  reinitialize: 'Rebuild it now',
  repair: 'Repair it now',
  snapshot: 'Take it now',
  rotate: 'Rotate now',
  rollback: 'Roll back now',
  stop: 'Stop it now',
  start: 'Start it now',
  restore: 'Restore it now',
  destroy: 'Destroy it for good',
};

/** Index of the first step after which nothing is undone; -1 for none. */
export const pointOfNoReturn = ({ point_of_no_return, steps }: Pick<Plan, 'point_of_no_return' | 'steps'>): number =>
  steps.findIndex(({ name }) => name === point_of_no_return);

/** Until when it can be undone, and what stands at that point. */
export const undoText = (plan: Plan): { readonly until: string; readonly at: string | null } => {
  const index = pointOfNoReturn(plan);
  if (plan.type === 'destroy') return { until: 'never', at: null };
  if (index === -1) return { until: 'until it ends', at: null };
  return { until: index === 0 ? 'until it begins' : `until step ${index + 1}`, at: plan.steps[index]!.name };
};

type Confirmable = Pick<Plan, 'type' | 'steps' | 'warnings' | 'losses'>;

/** What has to be read and ticked before it starts, in the API's words. */
export const toTick = ({ type, steps, warnings, losses }: Confirmable): readonly string[] => {
  if (steps.length === 0) return [];
  return isInterruption(type) ? warnings : losses;
};

/** Whether `confirm` has to be sent: something is lost, or taken away. */
export const asksToConfirm = (plan: Confirmable): boolean =>
  plan.steps.length > 0 && (isInterruption(plan.type) || plan.losses.length > 0);

const isInterruption = (type: Plan['type']): boolean => type === 'scale_down' || type === 'stop';

/** `1.5 min` of a plan that counts in minutes. */
export const durationOf = ({
  estimated_duration_ms,
  usual_ms,
}: Pick<Plan, 'estimated_duration_ms' | 'usual_ms'>): string =>
  usual_ms === null ? `≈ ${durationText(estimated_duration_ms)}` : `≈ ${durationText(usual_ms)}, as usual here`;
