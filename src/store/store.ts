import { activityStore, type ActivityStore } from './activity.ts';
import { auditStore, type AuditStore } from './audit.ts';
import { changedDatabasesStore, type ChangedDatabasesStore } from './changed-databases.ts';
import { channelStore, type ChannelStore } from './channels.ts';
import { checkpointStore, type CheckpointStore } from './checkpoints.ts';
import { connectMetadata, toStoreError, type Connection } from './connection.ts';
import { databaseStore, type DatabaseStore } from './databases.ts';
import { fleetStore, type FleetStore } from './fleet.ts';
import { deliveryStore, type DeliveryStore } from './deliveries.ts';
import { eventStore, type EventStore } from './events.ts';
import { holdStore, type HoldStore } from './holds.ts';
import { idempotencyStore, type IdempotencyStore } from './idempotency.ts';
import { leaseStore, type LeaseStore } from './leases.ts';
import { listStore, type ListStore } from './lists.ts';
import { metricStore, type MetricStore } from './metrics.ts';
import { migrate, readMigrations } from './migrate.ts';
import { noticeStore, type NoticeStore } from './notices.ts';
import { observedStore, type ObservedStore } from './observed.ts';
import { outdatedStore, type OutdatedStore } from './outdated.ts';
import { operationStore, type OperationStore } from './operations.ts';
import { retentionStore, type RetentionStore } from './retention.ts';
import type { SealingKeys } from './sealing-keys.ts';
import { secretStore, type SecretStore } from './secrets.ts';
import { sessionStore, type SessionStore } from './sessions.ts';
import { snapshotStore, type SnapshotStore } from './snapshots.ts';
import { tokenStore, type TokenStore } from './tokens.ts';
import { usualDurationStore, type UsualDurationStore } from './usual-durations.ts';

/** What pgrow knows: what is, not what is happening, which Temporal holds. Every error is one of the catalogue. */
export type Store = DatabaseStore &
  SecretStore &
  OperationStore &
  CheckpointStore &
  SnapshotStore &
  EventStore &
  ObservedStore &
  MetricStore &
  LeaseStore &
  HoldStore &
  AuditStore &
  TokenStore &
  SessionStore &
  RetentionStore &
  ListStore &
  FleetStore &
  ChangedDatabasesStore &
  OutdatedStore &
  ChannelStore &
  NoticeStore &
  DeliveryStore &
  UsualDurationStore &
  ActivityStore &
  IdempotencyStore & {
    /** Brings the schema up to date; safe from several processes at once. */
    migrate(): Promise<void>;
    /** Fails with `metadata_unavailable` when the database does not answer. */
    ping(): Promise<void>;
    close(): Promise<void>;
  };

export interface StoreOptions {
  readonly connection: Connection;
  readonly sealingKeys: SealingKeys;
  /** Of pgrow, for people: it is recorded with what it changes in the schema. Called only then, and for a refusal. */
  readonly version?: () => string;
}

/** Connects and migrates. */
export const createStore = async ({
  connection,
  sealingKeys,
  version = () => 'of an unknown version',
}: StoreOptions): Promise<Store> => {
  // What is no key file is said now, not with the first secret.
  sealingKeys();
  const { pool, queries } = connectMetadata(connection);
  const store: Store = withStoreErrors({
    ...databaseStore(queries),
    ...secretStore(queries, sealingKeys),
    ...operationStore(queries),
    ...checkpointStore(queries),
    ...snapshotStore(queries),
    ...eventStore(queries),
    ...observedStore(queries),
    ...metricStore(queries),
    ...leaseStore(queries),
    ...holdStore(queries),
    ...auditStore(queries),
    ...tokenStore(queries),
    ...sessionStore(queries),
    ...idempotencyStore(queries),
    ...retentionStore(queries),
    ...listStore(queries),
    ...fleetStore(queries),
    ...changedDatabasesStore(queries),
    ...outdatedStore(queries),
    ...channelStore(queries, sealingKeys),
    ...noticeStore(queries),
    ...deliveryStore(queries, sealingKeys),
    ...usualDurationStore(queries),
    ...activityStore(queries),
    async migrate() {
      await migrate(pool, await readMigrations(), version);
    },
    async ping() {
      await pool.query('SELECT 1');
    },
    async close() {
      // It ends the pool only if it has asked something itself: idle connections would keep the process for ten seconds.
      await queries.destroy();
      if (!pool.ending) await pool.end();
    },
  });
  try {
    await store.migrate();
  } catch (error) {
    await store.close();
    throw error;
  }
  return store;
};

/** Every method fails with an error of the catalogue and nothing else. */
const withStoreErrors = (store: Store): Store => {
  const guarded = Object.entries(store).map(([name, method]) => {
    const call = method as (...args: unknown[]) => Promise<unknown>;
    return [
      name,
      async (...args: unknown[]) => call(...args).catch((error: unknown) => Promise.reject(toStoreError(error))),
    ];
  });
  return Object.fromEntries(guarded) as Store;
};
