import { priced } from './priced.ts';
import type { Database } from '../database.ts';
import { PgrowError } from '../errors.ts';
import type { OperationWorkflow, ParsedInput } from '../inputs.ts';
import { haOptions, operationOptions, poolingOptions, replicaOptions, type OperationOptions } from '../options.ts';
import type { Plan, UnpricedPlan } from '../plan.ts';
import { usualPrices, type Prices } from '../prices.ts';
import { withBound } from '../pool-bound.ts';
import { requestOf } from '../resumption.ts';
import type { Circumstances } from './circumstances.ts';
import { leavesWindow } from '../closed-window.ts';
import { planChange } from './change.ts';
import { planCreate } from './create.ts';
import { planDestroy } from './destroy.ts';
import { planExpand } from './expand.ts';
import { planFailover } from './failover.ts';
import { giveAddresses } from './give-addresses.ts';
import { leaveOutMissing } from './leave-out.ts';
import { refuseMissing } from './needed-nodes.ts';
import { reckon } from './reckon.ts';
import { planReinitialize } from './reinitialize.ts';
import { planRepair } from './repair.ts';
import { planRestore, type Restored } from './restore.ts';
import { planRollback } from './rollback.ts';
import { planScaleDown } from './scale-down.ts';
import { planSetPooling } from './set-pooling.ts';
import { planSetReplicas } from './set-replicas.ts';
import { planSnapshot } from './snapshot.ts';
import { planStart } from './start.ts';
import { planStop } from './stop.ts';
import { planSwitchover } from './switchover.ts';
import { planRenewal } from './renew-certificates.ts';
import { planRotate } from './rotate.ts';
import { refuseUnseen } from './refuse-unseen.ts';

type Planners = {
  readonly [W in OperationWorkflow]: (input: ParsedInput<W>, circumstances: Circumstances) => UnpricedPlan;
};

const planners: Planners = {
  createDatabase: (input, circumstances) => planNew('createDatabase', input, circumstances),
  expand: (input, circumstances) =>
    planExpand({
      ...closing(circumstances),
      target: input.target,
      pooling: input.pooling ?? (input.target === 'pooling' ? poolingOptions.parse({}) : null),
      replicas: input.replicas ?? (input.target === 'replicas' ? replicaOptions.parse({}) : null),
      ha: input.ha ?? (input.target === 'ha' ? haOptions.parse({}) : null),
      options: input.options,
    }),
  scaleDown: ({ grace_period, ...input }, circumstances) =>
    planScaleDown({ ...closing(circumstances), ...input, gracePeriodSeconds: grace_period }),
  setReplicas: (input, circumstances) => planSetReplicas({ ...closing(circumstances), count: input.count }),
  setPooling: (input, circumstances) => planSetPooling({ ...closing(circumstances), pooling: input.pooling }),
  changeDatabase: (input, circumstances) => planChange({ ...closing(circumstances), wanted: input }),
  rotateDatabase: ({ what }, circumstances) =>
    what === 'certificates' ? planRenewal(circumstances) : planRotate(circumstances),
  switchover: (input, circumstances) =>
    planSwitchover({
      ...closing(circumstances),
      target: input.target_node ?? null,
      on_obstacle: input.on_obstacle,
    }),
  failover: (input, circumstances) => planFailover({ ...closing(circumstances), target: input.target_node ?? null }),
  reinitialize: (input, circumstances) => planReinitialize({ ...closing(circumstances), node: input.node }),
  repair: (input, circumstances) => planRepair({ ...circumstances, node: input.node ?? null }),
  takeSnapshot: ({ keep_for: keepFor }, circumstances) => planSnapshot({ ...circumstances, keepFor }),
  rollback({ reason }, circumstances) {
    const { database, last } = circumstances;
    if (last) return { ...planRollback({ ...circumstances, done: last }), ...(reason === undefined ? {} : { reason }) };
    throw new PgrowError('refused', `${database.name} cannot be rolled back: no checkpoint is open.`);
  },
  stopDatabase: (_, circumstances) => planStop(circumstances),
  startDatabase: (_, circumstances) => planStart(circumstances),
  restoreSnapshot: (input, circumstances) => planNew('restoreSnapshot', input, circumstances),
  destroyDatabase: (_, { database }) => planDestroy(database),
};

const closing = (circumstances: Circumstances) => ({
  ...circumstances,
  closesWindowOf: circumstances.last?.type ?? null,
});

interface NewDatabase {
  readonly database: Omit<Database, 'ports'>;
  readonly restored: Restored | null;
}

/** Of a database that is still to be made: there is nothing yet that a plan could depend on. */
export const planMaking = <W extends 'createDatabase' | 'restoreSnapshot'>(
  workflow: W,
  input: ParsedInput<W>,
  made: NewDatabase,
  prices: Prices = usualPrices,
): Plan => {
  const plan = { ...planNew(workflow, input, made), asked: requestOf(workflow, input) };
  // Its subnet is chosen when it is registered; the numbers of addresses are the same in any.
  return priced(giveAddresses(plan, made.database.network ?? { addresses_given: 0 }), prices);
};

const planNew = <W extends 'createDatabase' | 'restoreSnapshot'>(
  workflow: W,
  input: ParsedInput<W>,
  { database, restored }: NewDatabase,
): UnpricedPlan => {
  if (workflow === 'createDatabase')
    return planCreate(database, { locale: (input as ParsedInput<'createDatabase'>).locale });
  if (restored) return planRestore(database, restored);
  const { snapshot, source_service_id } = input as ParsedInput<'restoreSnapshot'>;
  throw new PgrowError('not_found', `There is no snapshot ${snapshot} of ${source_service_id}.`);
};

/** The plan shown is the plan run: both come from here. */
export const planOperation = <W extends OperationWorkflow>(
  workflow: W,
  input: ParsedInput<W>,
  circumstances: Circumstances,
  prices: Prices = usualPrices,
): Plan => {
  const { facts = null } = circumstances;
  refuseStopped(workflow, circumstances.database);
  const database = withBound(afterClosing(workflow, circumstances), facts);
  const planned = planners[workflow](input, { ...circumstances, database });
  const plan = leaveOutMissing(planned, circumstances);
  refuseMissing(plan, circumstances);
  // It kills the one that does not let pgrow in, and needs only such as have answered.
  if (workflow !== 'failover')
    refuseUnseen(plan, circumstances.database.name, circumstances.leader, circumstances.unseen ?? []);
  const reckoned = { ...reckon(plan, { name: database.name, facts }), asked: requestOf(workflow, input) };
  return priced(giveAddresses(reckoned, database.network), prices);
};

/** As it will be once the open window has closed: what closing it changes is what the plan begins with. */
const afterClosing = (workflow: OperationWorkflow, { database, last, leader }: Circumstances): Database => {
  if (!last || leavesWindow.includes(workflow)) return database;
  // One that takes writes by now is left as it was made.
  const changed = (last.on_close ?? []).flatMap((call) =>
    call.action === 'recordNode' && call.input.node.name !== leader ? [call.input.node] : [],
  );
  const { topology } = database;
  const nodes = topology.nodes.map((node) => changed.find(({ name }) => name === node.name) ?? node);
  return changed.length === 0 ? database : { ...database, topology: { ...topology, nodes } };
};

/** @throws PgrowError `refused` for what needs a database that runs */
const refuseStopped = (workflow: OperationWorkflow, { name, topology }: Pick<Database, 'name' | 'topology'>) => {
  if (!topology.stopped || worksOnStopped.includes(workflow)) return;
  throw new PgrowError('refused', `${name} is stopped. Start it first: ./pgrow start ${name}`);
};

const worksOnStopped: readonly OperationWorkflow[] = ['startDatabase', 'stopDatabase', 'destroyDatabase'];

/** Options that operations without them run with. */
export const optionsOf = (input: object): OperationOptions =>
  'options' in input ? (input.options as OperationOptions) : operationOptions.parse({});
