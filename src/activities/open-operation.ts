import { refuseUnconfirmed } from '../domain/confirmation.ts';
import { leavesWindow } from '../domain/closed-window.ts';
import type { AbandonedOperation } from '../domain/abandoned-operation.ts';
import type { Database } from '../domain/database.ts';
import { endedAlready, PgrowError } from '../domain/errors.ts';
import { refuseHeld } from '../domain/held-records.ts';
import { operationInputs, operationTypeOf } from '../domain/inputs.ts';
import type { MarkState } from '../domain/operation-mark.ts';
import type { OpenedOperation, OpenOperation, OperationActivities } from '../domain/operation-activities.ts';
import { ports } from '../domain/naming.ts';
import { patienceOf } from '../domain/options.ts';
import { optionsOf } from '../domain/plan/plan-operation.ts';
import type { Plan } from '../domain/plan.ts';
import { stepsDone } from '../domain/resumption.ts';
import { schemeOf } from '../domain/tls.ts';
import { nodeNamed } from '../domain/topology.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { nodeReaders } from '../nodes/node-readers.ts';
import { markOperation } from '../nodes/operation-marks.ts';
import { openSession } from '../nodes/session.ts';
import { findLeftBehind, type LeftBehind } from '../planning/left-behind.ts';
import { refuseOtherPlan } from '../planning/plan-digest.ts';
import { isMaker, planRequest, recallRequest, type Planned } from '../planning/plan-request.ts';
import { handBack } from './hand-back.ts';
import { refuseUnfit } from './preflight.ts';
import { register } from './register.ts';
import { keepSettings } from './settings.ts';

/** Validates, plans, looks whether the world allows it, and records. Nothing is touched before that is through. */
export const openOperation: (
  dependencies: Dependencies,
  call: OpenOperation,
) => ReturnType<OperationActivities['openOperation']> = async (dependencies, call) => {
  const { store, home, prices } = dependencies;
  const { operation } = call;
  const status = await store.readOperationStatus(operation);
  const document = status === 'done' && (await store.readOperation(operation));
  if (document) return { done: document };
  if (status !== null && status !== 'running') throw new PgrowError('already_ended', endedAlready(operation, status));
  const planning = { store, home, prices, nodes: nodeReaders(dependencies) };
  const isNew = status === null;
  if (isNew) await refuseWhileHeld(store, call);
  const left = isNew ? await findLeftBehind(planning, call) : null;
  if (left) return { cut_off: await releaseClients(dependencies, left) };
  const planned = isNew ? await planRequest(planning, call, null) : await recallRequest(planning, call);
  const { plan, unfinished, previous } = planned;
  if (unfinished) await closeNeverBegun(store, planned.database.id, unfinished.operation.id);
  if (isNew) await refuseBeforeTouching(dependencies, call, planned);
  const database = isNew ? await ensureRecord(dependencies, call, planned) : planned.database;
  const resumed = unfinished && { operation: unfinished.operation.id, done: stepsDone(unfinished.operation) };
  await mark(dependencies, call, { ...planned.database, id: database.id }, resumed ? 'past_return' : 'running');
  const options = optionsOf(planned.input);
  await store.beginOperation({
    id: operation,
    service_id: database.id,
    workflow_id: call.workflow_id,
    run_id: call.run_id,
    type: operationTypeOf[call.workflow],
    plan,
    actor: (call.input as { actor?: string }).actor ?? 'unknown',
    ...('options' in planned.input && { options }),
  });
  for (const step of resumed?.done ?? []) await store.stepEnded({ operation, step, status: 'done' });
  const closes = previous !== null && !leavesWindow.includes(call.workflow);
  const { checkpoint_timeout: timeout_seconds } = options;
  return {
    plan,
    database: { id: database.id, name: database.name },
    checkpoint: await checkpointOf(dependencies, { operation, database, plan, timeout_seconds }),
    previous_checkpoint: closes
      ? { id: previous.id, on_close: (await store.readPlan(previous.operation_id))?.on_close ?? [] }
      : null,
    ...(resumed ? { resumed } : {}),
    cutover: options.cutover,
    cutover_deadline_seconds: options.cutover_deadline,
    patience_seconds: patienceOf(options),
  };
};

/** Before anything that the last operation has left is undone: what that would be, only the record says. */
const refuseWhileHeld = async (store: Dependencies['store'], { workflow, input }: OpenOperation): Promise<void> => {
  const parsed = operationInputs[workflow].safeParse(input);
  const database = parsed.success ? await store.readDatabase(parsed.data.service_id) : null;
  if (database) refuseHeld(workflow, database);
};

/** On the engine, before the operation is on record: a record that knows it later is never ahead of its mark. */
const mark = async (
  dependencies: Dependencies,
  { workflow, operation }: OpenOperation,
  database: Pick<Database, 'id' | 'name' | 'home'>,
  state: MarkState,
): Promise<void> => {
  try {
    await markOperation(dependencies.platform, database, { operation, state });
  } catch (error) {
    if (isMaker(workflow)) await forget(dependencies.store, database.id);
    throw error;
  }
};

const forget = async (store: Dependencies['store'], serviceId: string): Promise<void> => {
  await store.forgetDatabase(serviceId);
  await store.removeSecrets(serviceId);
};

/** A hand-over that stopped half-way lets its clients go before it is undone. */
const releaseClients = async (
  dependencies: Dependencies,
  { abandoned, handOver }: LeftBehind,
): Promise<AbandonedOperation> => {
  if (handOver) {
    const session = await openSession(dependencies, abandoned.database);
    await handBack({ dependencies, session, input: handOver });
  }
  return abandoned;
};

/** The window of what is resumed never began, and what closing it would remove is what is being handed over. */
const closeNeverBegun = async (store: Dependencies['store'], serviceId: string, operation: string): Promise<void> => {
  const open = (await store.listCheckpoints(serviceId)).find(
    ({ operation_id, status }) => status === 'open' && operation_id === operation,
  );
  if (open) await store.closeCheckpoint(open.id);
};

/** A database whose creation is refused never existed: one that was registered already is forgotten. */
const refuseBeforeTouching = async (
  dependencies: Dependencies,
  { workflow, input, operation: operation_id }: OpenOperation,
  { database, plan, restored, unfinished }: Planned,
) => {
  const { confirm = false, plan_digest } = input as { confirm?: boolean; plan_digest?: string };
  try {
    refuseOtherPlan(plan, { operation_id, service_id: database.id }, plan_digest);
    if (unfinished) return;
    refuseUnconfirmed(plan, confirm);
    await refuseUnfit(dependencies, database, plan, restored);
  } catch (error) {
    if (isMaker(workflow)) await forget(dependencies.store, database.id);
    throw error;
  }
};

/** What has to be on record before an operation is: the database, and what its servers have in common. */
const ensureRecord = async (
  dependencies: Dependencies,
  { workflow }: OpenOperation,
  { database, input, settings }: Planned,
): Promise<Pick<Database, 'id' | 'name'>> => {
  if (isMaker(workflow)) return register(dependencies, database, (input as { port?: number }).port ?? null);
  await keepSettings(dependencies, database, settings);
  return database;
};

/** Operations that can be rolled back after they are done. */
const reversible: readonly Plan['type'][] = ['expand', 'scale_down', 'change'];

interface Opening {
  readonly operation: string;
  readonly database: Pick<Database, 'id'>;
  readonly plan: Plan;
  readonly timeout_seconds: number;
}

/** Written before the first change of an expansion or scale-down; the window itself begins when the operation is done. */
const checkpointOf = async (
  { store }: Dependencies,
  { operation, database, plan, timeout_seconds }: Opening,
): Promise<OpenedOperation['checkpoint']> => {
  if (!reversible.includes(plan.type) || plan.steps.length === 0 || !plan.to) return null;
  const { to } = plan;
  const added = to.nodes.filter((node) => plan.nodes_added.includes(node.name));
  const until = new Date(Date.now() + timeout_seconds * 1000);
  const checkpoint = await store.openCheckpoint({
    service_id: database.id,
    operation_id: operation,
    stage: to.stage,
    snapshot_id: plan.snapshot?.id ?? null,
    nodes_created: added,
    config_changes: configChanges(plan),
    health_check_endpoint: `${schemeOf(nodeNamed(to, to.primary))}://${to.primary}:${ports.health}/cluster`,
    rollback_available_until: until.toISOString(),
  });
  return { id: checkpoint.id, timeout_seconds };
};

const configChanges = ({ steps, to }: Plan): readonly Readonly<Record<string, unknown>>[] => {
  const routed = to && to.nodes.some((node) => node.kind === 'haproxy');
  const backends = routed ? to.nodes.filter((node) => node.kind === 'postgres').map((node) => node.name) : [];
  const configured = steps.flatMap(({ run }) => (run.action === 'configureNode' ? [run.input.node.name] : []));
  return [
    ...(backends.length > 0 ? [{ haproxy_backends_added: backends }] : []),
    ...(configured.length > 0 ? [{ nodes_reconfigured: [...new Set(configured)] }] : []),
  ];
};
