import type { z } from 'zod';
import { refuseWhileCopied } from '../domain/copied-snapshots.ts';
import { refuseUnconfirmed } from '../domain/confirmation.ts';
import { cutOffOf, type CutOff } from '../domain/cut-off.ts';
import type { Database } from '../domain/database.ts';
import { endedAlready, PgrowError } from '../domain/errors.ts';
import { operationInputs, operationTypeOf, type OperationWorkflow, type ParsedInput } from '../domain/inputs.ts';
import type { OpenedOperation, OpenOperation, OperationActions } from '../domain/operation-actions.ts';
import type { OperationOptions } from '../domain/options.ts';
import { parseInput } from '../domain/parse-input.ts';
import { firstTopology } from '../domain/plan/create.ts';
import { optionsOf, planOperation } from '../domain/plan/plan-operation.ts';
import type { Restored } from '../domain/plan/restore.ts';
import type { Plan } from '../domain/plan.ts';
import { askedFor, resume, stepsDone, unfinishedOf, type Unfinished } from '../domain/resumption.ts';
import { firstSettings, type Settings } from '../domain/settings.ts';
import { readRunningRestores } from '../store/running-restores.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { findRestored } from './find-restored.ts';
import { chooseHostPorts } from './host-ports.ts';
import { readCircumstances } from '../nodes/circumstances.ts';
import { refuseUnfit } from './preflight.ts';
import { leaveStandstill } from './leave-standstill.ts';
import { keepSettings } from './settings.ts';

/** Validates, plans, looks whether the world allows it, and records. Nothing is touched before that is through. */
export const openOperation: (
  dependencies: Dependencies,
  call: OpenOperation,
) => ReturnType<OperationActions['openOperation']> = async (dependencies, call) => {
  const { store } = dependencies;
  const cut_off = await readCutOffBefore(dependencies, call);
  if (cut_off) return { cut_off };
  const known = await store.readOperationStatus(call.operation);
  const document = known === 'done' && (await store.readOperation(call.operation));
  if (document) return { done: document };
  if (known !== null && known !== 'running') throw new PgrowError('already_ended', endedAlready(call.operation, known));
  // Whoever runs it once more runs the plan that is on record, though by now another one might be made.
  const { database, plan, options, restored, unfinished } = await (known === null ? planOf : recall)(
    dependencies,
    call,
  );
  if (unfinished) await closeNeverBegun(store, database.id, unfinished.operation.id);
  const previous = await readPreviousCheckpoint(dependencies, database.id, call.operation);
  if (known === null && !unfinished) await refuseBeforeTouching(dependencies, call, { database, plan, restored });
  await store.beginOperation({
    id: call.operation,
    service_id: database.id,
    workflow_id: call.workflow_id,
    run_id: call.run_id,
    type: operationTypeOf[call.workflow],
    plan,
    actor: (call.input as { actor?: string }).actor ?? 'unknown',
  });
  const resumed = unfinished && { operation: unfinished.operation.id, done: stepsDone(unfinished.operation) };
  for (const step of resumed?.done ?? []) await store.stepEnded({ operation: call.operation, step, status: 'done' });
  // A rollback uses up the checkpoint that started it, destroying removes what it kept, and a repair touches nothing of it;
  // every other operation closes it.
  const closes = previous !== null && !leavesCheckpoint.includes(call.workflow);
  return {
    plan,
    database: { id: database.id, name: database.name },
    checkpoint: await checkpointOf(dependencies, { call, database, plan, options }),
    previous_checkpoint: closes
      ? { id: previous.id, on_close: (await store.readPlan(previous.operation_id))?.on_close ?? [] }
      : null,
    ...(resumed ? { resumed } : {}),
    cutover: options.cutover,
    cutover_deadline_seconds: options.cutover_deadline,
    patience_seconds: options.checkpoint_timeout,
  };
};

/** The window of what is resumed never began, and what closing it would remove is what is being handed over. */
const closeNeverBegun = async (store: Dependencies['store'], database: string, operation: string): Promise<void> => {
  const open = (await store.listCheckpoints(database)).find(
    ({ operation_id, status }) => status === 'open' && operation_id === operation,
  );
  if (open) await store.closeCheckpoint(open.id);
};

/** Null as well where the input does not fit, which is said next, and before a destroy, which takes everything along. */
const readCutOffBefore = async (dependencies: Dependencies, { workflow, input, operation }: OpenOperation) => {
  const parsed = operationInputs[workflow].safeParse(input);
  if (!parsed.success || workflow === 'destroyDatabase') return null;
  const { service_id: database } = parsed.data;
  const cutOff = await readCutOff(dependencies.store, database, operation);
  const asked = askedFor(workflow, parsed.data);
  return cutOff ?? leaveStandstill(dependencies, { database, present: operation, asked });
};

/** Temporal runs one operation at a time: another one that still counts as running was ended without a word. */
export const readCutOff = async (
  store: Dependencies['store'],
  database: string,
  /** Its own record; null where it has none. */
  present: string | null,
): Promise<CutOff | null> => {
  const last = await store.readLastOperation(database, present);
  return cutOffOf(last, last && (await store.readPlan(last.id)));
};

const leavesCheckpoint: readonly OperationWorkflow[] = ['rollback', 'destroyDatabase', 'repair'];

/** A database whose creation is refused never existed: its name, its ports and its id are free again. */
const refuseBeforeTouching = async (
  dependencies: Dependencies,
  call: OpenOperation,
  { database, plan, restored }: Omit<Planned, 'options' | 'unfinished'>,
) => {
  try {
    refuseUnconfirmed(plan, (call.input as { confirm?: boolean }).confirm === true);
    await refuseUnfit(dependencies, database, plan, restored);
  } catch (error) {
    if (makers.includes(call.workflow)) await dependencies.store.forgetDatabase(database.id);
    throw error;
  }
};

interface Planned {
  readonly database: Database;
  readonly plan: Plan;
  readonly options: OperationOptions;
  /** What a new database begins with; null for nothing. */
  readonly restored: Restored | null;
  /** What this operation goes on with; null where it begins anew. */
  readonly unfinished: Unfinished | null;
}

/** That of the operation before. A worker that died here may have opened this one's already. */
const readPreviousCheckpoint = async ({ store }: Dependencies, id: string, operation: string) =>
  (await store.listCheckpoints(id)).find(
    ({ status, operation_id }) => status === 'open' && operation_id !== operation,
  ) ?? null;

/** The operation before, if it did not come to its end; this one itself when it is begun once more. */
const readUnfinished = async ({ store }: Dependencies, id: string, operation: string): Promise<Unfinished | null> => {
  const last = (await store.listOperations(id)).find((each) => each.id !== operation || each.status !== 'running');
  return unfinishedOf(last ?? null, last ? await store.readPlan(last.id) : null);
};

const planOf = async (
  dependencies: Dependencies,
  { workflow, input: given, operation }: OpenOperation,
): Promise<Planned> => {
  const { store } = dependencies;
  const restored = workflow === 'restoreSnapshot' ? await findRestored(store, given, operation) : null;
  const input = parseInput(operationInputs[workflow] as z.ZodType<ParsedInput<OperationWorkflow>>, given);
  const database = makers.includes(workflow)
    ? await ensureRegistered(dependencies, newDatabase(input as ParsedInput<'createDatabase'>, restored))
    : await known(dependencies, input.service_id);
  if (workflow === 'destroyDatabase' && !(await store.readOperation(operation)))
    refuseWhileCopied(database, await readRunningRestores(store));
  const options = optionsOf(input);
  const unfinished = await readUnfinished(dependencies, database.id, operation);
  const resumed = unfinished && resume(database.name, askedFor(workflow, input), unfinished);
  if (resumed) return { database, plan: resumed, options, restored, unfinished };
  const open = await readPreviousCheckpoint(dependencies, database.id, operation);
  const last = open && (await store.readPlan(open.operation_id));
  const asks = !makers.includes(workflow) && workflow !== 'destroyDatabase';
  const seen = await readCircumstances(dependencies, database, { facts: asks, settings: asks });
  const { leadership, facts } = seen;
  const kept = await keepSettings(dependencies, database, seen.settings);
  const circumstances = { database: kept, operation_id: operation, ...leadership, last, restored, facts };
  const plan = planOperation(workflow, input, circumstances);
  return { database: kept, plan, options, restored, unfinished: null };
};

/** An operation that was recorded before its worker died. */
const recall = async (
  dependencies: Dependencies,
  { workflow, input: given, operation }: OpenOperation,
): Promise<Planned> => {
  const { store } = dependencies;
  const input = parseInput(operationInputs[workflow] as z.ZodType<ParsedInput<OperationWorkflow>>, given);
  const database = await known(dependencies, input.service_id);
  const plan = await store.readPlan(operation);
  if (!plan) throw new PgrowError('internal', `Operation ${operation} is on record without a plan.`);
  const before = await readUnfinished(dependencies, database.id, operation);
  const resumed = before && resume(database.name, askedFor(workflow, input), before);
  return { database, plan, options: optionsOf(input), restored: null, unfinished: resumed ? before : null };
};

/** A restored database has its source's major and settings. */
const newDatabase = (input: ParsedInput<'createDatabase'>, restored: Restored | null) =>
  restored
    ? { ...input, postgres_major: restored.postgres_major, settings: restored.settings }
    : { ...input, settings: firstSettings(input.locale) };

/** Operations that make a database. */
const makers: readonly OperationWorkflow[] = ['createDatabase', 'restoreSnapshot'];

const ensureRegistered = async (
  { store, home }: Dependencies,
  input: Omit<ParsedInput<'createDatabase'>, 'locale'> & { readonly settings?: Settings | undefined },
): Promise<Database> => {
  const { service_id: id, project, name, postgres_major, port, settings } = input;
  return (
    (await store.readDatabase(id)) ??
    register(store, { id, project, name, postgres_major, home, ...(settings ? { settings } : {}) }, port ?? null)
  );
};

type Draft = Omit<Database, 'ports' | 'topology'>;

/** Attempts at ports of our own choice: another database may be made at the same moment. */
const portAttempts = 5;

const register = async (store: Dependencies['store'], draft: Draft, wanted: number | null): Promise<Database> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const ports = await chooseHostPorts(await store.listDatabases({}), wanted);
      return await store.registerDatabase({ ...draft, ports, topology: firstTopology(draft) });
    } catch (error) {
      const another = error instanceof PgrowError && error.code === 'port_taken' && wanted === null;
      if (!another || attempt === portAttempts) throw error;
    }
  }
};

const known = async ({ store }: Dependencies, id: string): Promise<Database> => {
  const database = await store.readDatabase(id);
  if (database) return database;
  const names = (await store.listDatabases({})).map(({ name }) => name);
  throw new PgrowError('not_found', `There is no database ${id}. There are: ${names.join(', ') || 'none'}.`);
};

/** Operations that can be rolled back after they are done. */
const reversible: readonly Plan['type'][] = ['expand', 'scale_down'];

/** Written before the first change of an expansion or scale-down; the window itself begins when the operation is done. */
const checkpointOf = async (
  { store }: Dependencies,
  { call, database, plan, options }: Pick<Planned, 'database' | 'plan' | 'options'> & { readonly call: OpenOperation },
): Promise<OpenedOperation['checkpoint']> => {
  if (!reversible.includes(plan.type) || plan.steps.length === 0 || !plan.to) return null;
  const { to } = plan;
  const added = to.nodes.filter((node) => plan.nodes_added.includes(node.name));
  const until = new Date(Date.now() + options.checkpoint_timeout * 1000);
  const checkpoint = await store.openCheckpoint({
    service_id: database.id,
    operation_id: call.operation,
    stage: to.stage,
    snapshot_id: plan.snapshot?.id ?? null,
    nodes_created: added,
    config_changes: configChanges(plan),
    health_check_endpoint: `http://${to.primary}:8008/cluster`,
    rollback_available_until: until.toISOString(),
  });
  return { id: checkpoint.id, timeout_seconds: options.checkpoint_timeout };
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
