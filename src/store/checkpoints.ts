import { sql, type Selectable } from 'kysely';
import type { Checkpoint } from '../domain/operation.ts';
import type { Stage } from '../domain/stage.ts';
import type { Node } from '../domain/topology.ts';
import type { Queries } from './connection.ts';
import { nodeServiceId } from './service-id.ts';
import type { Tables } from './tables.ts';

export interface CheckpointStore {
  /** Idempotent by operation; returns what is recorded. */
  openCheckpoint(checkpoint: NewCheckpoint): Promise<Checkpoint>;
  /** Moves the end of the window, which starts again when the operation is done. ISO 8601. */
  extendCheckpoint(id: string, rollback_available_until: string): Promise<void>;
  /** Closed or absent is success. */
  closeCheckpoint(id: string): Promise<void>;
  readOpenCheckpoint(serviceId: string): Promise<Checkpoint | null>;
  /** Databases that have an open one. */
  listOpenWindows(): Promise<ReadonlySet<string>>;
  /** Newest first. */
  listCheckpoints(serviceId: string): Promise<readonly Checkpoint[]>;
}

export interface NewCheckpoint {
  readonly service_id: string;
  readonly operation_id: string;
  /** The stage that the operation leads to. */
  readonly stage: Stage;
  readonly snapshot_id: string | null;
  readonly nodes_created: readonly Pick<Node, 'name' | 'kind' | 'mode'>[];
  readonly config_changes: readonly Readonly<Record<string, unknown>>[];
  readonly health_check_endpoint: string;
  /** ISO 8601. */
  readonly rollback_available_until: string;
}

export const checkpointStore = (queries: Queries): CheckpointStore => {
  const checkpointsOf = (column: 'service_id' | 'operation_id', id: string) =>
    queries.selectFrom('checkpoints').selectAll().where(column, '=', id).orderBy('timestamp', 'desc');
  return {
    async openCheckpoint({ nodes_created, config_changes, rollback_available_until, ...checkpoint }) {
      const services_created = nodes_created.map((node) => ({
        service_id: nodeServiceId(checkpoint.service_id, node.name),
        type: serviceType(node),
      }));
      await queries
        .insertInto('checkpoints')
        .values({
          ...checkpoint,
          services_created: JSON.stringify(services_created),
          config_changes: JSON.stringify(config_changes),
          rollback_available_until: new Date(rollback_available_until),
        })
        .onConflict((conflict) => conflict.column('operation_id').doNothing())
        .execute();
      return toCheckpoint(await checkpointsOf('operation_id', checkpoint.operation_id).executeTakeFirstOrThrow());
    },

    async listOpenWindows() {
      const open = queries.selectFrom('checkpoints').select('service_id').where('status', '=', 'open');
      return new Set((await open.execute()).map(({ service_id }) => service_id));
    },

    async extendCheckpoint(id, rollback_available_until) {
      await queries
        .updateTable('checkpoints')
        .set({ rollback_available_until: new Date(rollback_available_until) })
        .where('id', '=', id)
        .execute();
    },

    async closeCheckpoint(id) {
      await queries
        .updateTable('checkpoints')
        .set({ status: 'closed', closed_at: sql<Date>`NOW()` })
        .where('id', '=', id)
        .where('status', '=', 'open')
        .execute();
    },

    async readOpenCheckpoint(serviceId) {
      const row = await checkpointsOf('service_id', serviceId).where('status', '=', 'open').executeTakeFirst();
      return row ? toCheckpoint(row) : null;
    },

    async listCheckpoints(serviceId) {
      return (await checkpointsOf('service_id', serviceId).execute()).map(toCheckpoint);
    },
  };
};

const serviceType = ({ kind, mode }: NewCheckpoint['nodes_created'][number]): string =>
  mode === undefined ? kind : `${kind}_${mode}`;

export const toCheckpoint = (row: Selectable<Tables['checkpoints']>): Checkpoint => ({
  id: row.id,
  operation_id: row.operation_id,
  stage: row.stage,
  timestamp: row.timestamp.toISOString(),
  snapshot_id: row.snapshot_id,
  services_created: row.services_created,
  config_changes: row.config_changes,
  health_check_endpoint: row.health_check_endpoint,
  rollback_available_until: row.rollback_available_until.toISOString(),
  status: row.status,
});
