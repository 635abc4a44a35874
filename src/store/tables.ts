import type { Difference } from '../domain/held.ts';
import type { ServerSize } from '../domain/server-size.ts';
import type { ColumnType, Generated } from 'kysely';
import type { HandOver, OperationError, OperationStatus, OperationType, StepStatus } from '../domain/operation.ts';
import type { OperationOptions } from '../domain/options.ts';
import type { Plan } from '../domain/plan.ts';
import type { PostgresMajor, RestoredFrom } from '../domain/database.ts';
import type { LiveState } from '../domain/live-state.ts';
import type { PackedSamples } from '../domain/packed-samples.ts';
import type { Stage } from '../domain/stage.ts';
import type { Settings } from '../domain/settings.ts';
import type { StepSeen } from '../domain/step-record.ts';
import type { StepTraits } from '../domain/step-traits.ts';
import type { ChannelDocument, ChannelSettings } from '../domain/notifications/channels.ts';
import type { DeliveryState } from '../domain/notifications/deliveries.ts';
import type { NoticeData, NoticeType } from '../domain/notifications/notice.ts';
import type { Role } from '../domain/tokens.ts';
import type { HostPorts, Topology } from '../domain/topology.ts';

/** The schema of the migrations as TypeScript sees it: what is read, what is written. */
export interface Tables {
  services: ServicesTable;
  host_ports: { port: number; service_id: string };
  subnets: { subnet: string; clients_subnet: string | null; service_id: string; addresses_given: number };
  postgres_cluster_state: ClusterStateTable;
  postgres_expansion_events: EventsTable;
  operations: OperationsTable;
  operation_steps: OperationStepsTable;
  idempotency_keys: IdempotencyKeysTable;
  snapshots: SnapshotsTable;
  checkpoints: CheckpointsTable;
  observed: ObservedTable;
  changed_databases: { service_id: string; changed_in: string };
  metrics: { service_id: string; begins: Timestamp; samples: Json<PackedSamples> };
  holds: HoldsTable;
  restorations: { checksum: string; taken_at: Timestamp; restored_at: Timestamp };
  leases: { name: string; holder: string; until: Timestamp };
  secrets: { service_id: string; name: string; ciphertext: Buffer; created_at: Generated<Date> };
  tokens: TokensTable;
  tickets: { hash: string; token_id: string; actor: string; role: Role; expires_at: Timestamp };
  sessions: SessionsTable;
  audit: AuditTable;
  notification_channels: ChannelsTable;
  notices: NoticesTable;
  notification_deliveries: DeliveriesTable;
}

/** JSONB: written as text, because pg would turn a JavaScript array into a PostgreSQL array. */
type Json<T> = ColumnType<T, string, string>;
/** The same of what may be null. */
type OptionalJson<T> = ColumnType<T | null, string | null | undefined, string | null>;
type Timestamp = ColumnType<Date, Date | undefined, Date>;
type OptionalTimestamp = ColumnType<Date | null, Date | null | undefined, Date | null>;
type Nullable<T> = ColumnType<T | null, T | null | undefined, T | null>;
/** BIGINT comes back as text. */
type BigInteger = ColumnType<string | null, number | null | undefined, number | null>;

interface ServicesTable {
  id: string;
  parent_id: string | null;
  kind: string;
  project: string;
  name: string;
  postgres_major: Nullable<PostgresMajor>;
  home: Nullable<string>;
  ports: OptionalJson<HostPorts>;
  size: OptionalJson<ServerSize>;
  restored_from: OptionalJson<RestoredFrom>;
  container: Nullable<string>;
  volume: Nullable<string>;
  mode: Nullable<string>;
  protected: Generated<boolean>;
  created_at: Timestamp;
  deleted_at: OptionalTimestamp;
}

export interface ClusterStateTable {
  id: Generated<string>;
  service_id: string;
  stage: number;
  pooling_enabled: boolean;
  pgbouncer_service_id: string | null;
  pool_mode: string | null;
  default_pool_size: number | null;
  max_client_connections: number | null;
  replica_count: number;
  replication_mode: string | null;
  haproxy_service_id: string | null;
  haproxy_replicas: number;
  ha_enabled: boolean;
  etcd_service_ids: string[];
  patroni_service_ids: string[];
  patroni_cluster_name: string | null;
  current_leader_id: string | null;
  patroni_ttl_seconds: number | null;
  maximum_lag_on_failover: BigInteger;
  topology: Json<Topology>;
  settings: OptionalJson<Settings>;
  created_at: Timestamp;
  updated_at: Timestamp;
}

interface EventsTable {
  id: Generated<string>;
  cluster_id: string;
  event_type: string;
  from_stage: Nullable<Stage>;
  to_stage: Nullable<Stage>;
  metadata: Json<Record<string, unknown>>;
  key: Nullable<string>;
  notified: Generated<boolean>;
  created_at: Timestamp;
}

interface OperationsTable {
  id: string;
  service_id: string;
  workflow_id: string;
  run_id: Nullable<string>;
  type: OperationType;
  status: ColumnType<OperationStatus, OperationStatus | undefined, OperationStatus>;
  plan: Json<Plan>;
  from_stage: Nullable<Stage>;
  to_stage: Nullable<Stage>;
  stall_ms: Nullable<number>;
  error: OptionalJson<OperationError>;
  actor: string;
  options: OptionalJson<OperationOptions>;
  hand_over: OptionalJson<HandOver>;
  notified: Nullable<OperationStatus>;
  started_at: Timestamp;
  ended_at: OptionalTimestamp;
}

interface OperationStepsTable {
  operation_id: string;
  index: number;
  name: string;
  phase: string;
  status: ColumnType<StepStatus, StepStatus | undefined, StepStatus>;
  detail: Nullable<string>;
  waiting: ColumnType<boolean, boolean | undefined, boolean>;
  traits: OptionalJson<StepTraits>;
  attempts: Nullable<number>;
  seen: OptionalJson<StepSeen>;
  started_at: OptionalTimestamp;
  ended_at: OptionalTimestamp;
}

interface IdempotencyKeysTable {
  project: string;
  key: string;
  request_hash: string;
  operation_id: string;
  service_id: string;
  created_at: Timestamp;
}

interface SnapshotsTable {
  id: string;
  service_id: string;
  operation_id: Nullable<string>;
  volume: string;
  bytes: BigInteger;
  created_at: Timestamp;
  expires_at: OptionalTimestamp;
  verified_at: OptionalTimestamp;
  damage: Nullable<string>;
}

interface CheckpointsTable {
  id: Generated<string>;
  service_id: string;
  operation_id: string;
  stage: Stage;
  timestamp: Timestamp;
  snapshot_id: Nullable<string>;
  services_created: Json<{ service_id: string; type: string }[]>;
  config_changes: Json<Record<string, unknown>[]>;
  health_check_endpoint: string;
  rollback_available_until: ColumnType<Date, Date, Date>;
  status: ColumnType<'open' | 'closed', 'open' | 'closed' | undefined, 'open' | 'closed'>;
  closed_at: OptionalTimestamp;
  closing_notified: Generated<boolean>;
}

interface HoldsTable {
  service_id: string;
  taken_at: Timestamp;
  compared_at: OptionalTimestamp;
  differences: ColumnType<readonly Difference[], string | undefined, string>;
}

interface ObservedTable {
  service_id: string;
  seen_at: Timestamp;
  doubted_at: OptionalTimestamp;
  live: Json<LiveState>;
}

interface TokensTable {
  id: Generated<string>;
  hash: string;
  actor: string;
  project: string;
  role: Role;
  created_at: Generated<Date>;
  created_by: Nullable<string>;
  expires_at: OptionalTimestamp;
  last_used_at: OptionalTimestamp;
  successor: Nullable<string>;
}

interface SessionsTable {
  id: Generated<string>;
  cookie_hash: string;
  secret_hash: string;
  token_id: string;
  actor: string;
  role: Role;
  browser: string;
  insecure: boolean;
  created_at: Generated<Date>;
  last_seen_at: Generated<Date>;
  expires_at: Timestamp;
}

interface AuditTable {
  id: Generated<string>;
  at: Timestamp;
  actor: string;
  project: string;
  service_id: Nullable<string>;
  action: string;
  details: Json<Record<string, unknown>>;
  token_id: Nullable<string>;
  request_id: Nullable<string>;
}

interface ChannelsTable {
  id: Generated<string>;
  name: string;
  project: string;
  database: string | null;
  settings: Json<ChannelSettings>;
  target: string;
  events: [...ChannelDocument['events']];
  enabled: Generated<boolean>;
  disabled_because: Nullable<string>;
  created_at: Timestamp;
  created_by: string;
}

interface NoticesTable {
  id: Generated<string>;
  key: string;
  type: NoticeType;
  at: Timestamp;
  project: string;
  database: string | null;
  data: Json<NoticeData>;
}

interface DeliveriesTable {
  id: Generated<string>;
  notice_id: string;
  channel_id: string;
  state: Generated<DeliveryState>;
  round: Generated<number>;
  attempts: Generated<number>;
  error: Nullable<string>;
  created_at: Timestamp;
  started_at: OptionalTimestamp;
  attempted_at: OptionalTimestamp;
  next_attempt_at: OptionalTimestamp;
  ended_at: OptionalTimestamp;
}
