import type { Database } from '../../src/domain/database.ts';
import type { OperationOptions } from '../../src/domain/options.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { Topology } from '../../src/domain/topology.ts';
import type { Store } from '../../src/store/store.ts';

/** What a worker writes down around the steps of an operation. */
interface Recorded {
  readonly id: string;
  readonly plan: Plan;
  readonly database: Database;
}

/** Before the first change of what can be rolled back. */
export const openWindow = async (
  store: Store,
  { id, plan, database, options }: Recorded & { readonly options: OperationOptions },
): Promise<void> => {
  if (!['expand', 'scale_down', 'change'].includes(plan.type) || plan.steps.length === 0 || !plan.to) return;
  const { to } = plan;
  await store.openCheckpoint({
    service_id: database.id,
    operation_id: id,
    stage: to.stage,
    snapshot_id: plan.snapshot?.id ?? null,
    nodes_created: to.nodes.filter(({ name }) => plan.nodes_added.includes(name)),
    config_changes: [],
    health_check_endpoint: `http://${to.primary}:8008/cluster`,
    rollback_available_until: new Date(Date.now() + options.checkpoint_timeout * 1000).toISOString(),
  });
};

/** Those of other operations. */
export const closeWindow = async (store: Store, database: string, except: string): Promise<void> => {
  for (const { id, status, operation_id } of await store.listCheckpoints(database))
    if (status === 'open' && operation_id !== except) await store.closeCheckpoint(id);
};

export const recordTopology = async (store: Store, { id, database }: Recorded, topology: Topology): Promise<void> => {
  const known = (await store.readDatabase(database.id))?.topology ?? database.topology;
  const record = (event_type: Parameters<Store['recordEvent']>[0]['event_type'], metadata: object) =>
    store.recordEvent({
      service_id: database.id,
      event_type,
      from_stage: known.stage,
      to_stage: topology.stage,
      metadata: { operation_id: id, ...metadata },
    });
  const leaders = { previous_leader: known.primary, new_leader: topology.primary };
  if (topology.stage !== known.stage)
    await record(topology.stage > known.stage ? 'stage_upgrade' : 'stage_downgrade', leaders);
  if ((topology.stopped === true) !== (known.stopped === true))
    await record(topology.stopped ? 'database_stopped' : 'database_started', {});
  await store.saveTopology(database.id, topology);
};

/** Who takes writes now. */
export const recordMove = async (store: Store, { id, plan, database }: Recorded): Promise<void> => {
  const { type, from, to } = plan;
  if ((type !== 'switchover' && type !== 'failover') || !from || !to) return;
  await store.recordEvent({
    service_id: database.id,
    event_type: type,
    from_stage: to.stage,
    to_stage: to.stage,
    metadata: {
      operation_id: id,
      previous_leader: from.primary,
      new_leader: to.primary,
      stall_ms: 215,
      duration_ms: 2400,
    },
  });
};
