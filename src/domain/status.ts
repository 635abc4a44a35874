import { sizeOf } from './container-spec.ts';
import type { Database } from './database.ts';
import { addressText, endpointsOf } from './endpoints.ts';
import { heldNotices } from './held-records.ts';
import type { LiveState } from './live-state.ts';
import { ports } from './naming.ts';
import { nodeDocuments } from './node-documents.ts';
import type { Checkpoint, OperationDocument } from './operation.ts';
import { presentHa, presentPooling, presentReplicas } from './present-options.ts';
import { sizeDocument } from './server-size.ts';
import { shownSettings } from './setting-catalogue.ts';
import type { Settings } from './settings.ts';
import { storageNotice, storageUse } from './storage-use.ts';
import { nodesOf } from './topology.ts';
import { tlsModeOf } from './tls.ts';

/** What is, as the API and `--json` show it. */

export const topologyDocument = (database: Database, live: LiveState) => {
  const { topology } = database;
  const { network } = endpointsOf(database);
  const routers = nodesOf(topology, 'haproxy');
  const patroni = nodesOf(topology, 'postgres').filter(({ mode }) => mode === 'patroni');
  const replicas = nodesOf(topology, 'postgres').length - 1;
  const endpoint = (name: keyof typeof network): string | null => network[name] && addressText(network[name]);
  const use = storageUse(database, live);
  return {
    stage: topology.stage,
    tls: tlsModeOf(topology),
    /** Of each PostgreSQL server. */
    size: sizeDocument(sizeOf(database)),
    storage: use,
    settings: {
      chosen: shownSettings(database.chosen_settings ?? {}),
      by_alter_system: alteredOn(live),
    },
    pooling: {
      enabled: topology.pooling !== null,
      type: 'pgbouncer',
      endpoint: endpoint('pooled'),
      ...topology.pooling,
      options: presentPooling(topology),
    },
    routing: {
      enabled: routers.length > 0,
      type: 'haproxy',
      replicas: routers.length,
      rw_endpoint: endpoint('read_write'),
      ro_endpoint: routers.length > 0 ? endpoint('read_only') : null,
      any_node_endpoint: routers.length > 0 ? endpoint('any_node') : null,
      stats_endpoint: routers.length > 0 ? `haproxy:${ports.stats}` : null,
    },
    replicas: {
      count: replicas,
      /** Of every member, the leader first. */
      lag_bytes: replicas > 0 ? live.members.map(({ lag }) => lag) : [],
      options: presentReplicas(topology),
    },
    ha: {
      enabled: topology.ha !== null,
      etcd_nodes: nodesOf(topology, 'etcd').length,
      patroni_nodes: patroni.length,
      current_leader: topology.ha ? (leaderOf(live) ?? null) : null,
      patroni_version: live.patroni_version,
      etcd_version: live.etcd_version,
      options: presentHa(topology),
    },
  };
};

/** What the nodes are, and how old that is: what was looked at for this request has the age 0. */
export interface Seen {
  readonly live: LiveState;
  /** ISO 8601; null if nothing was ever seen. */
  readonly seen_at: string | null;
  /** Milliseconds */
  readonly age_ms: number | null;
}

export const healthDocument = (database: Database, { live, seen_at, age_ms }: Seen) => ({
  cluster_name: database.name,
  health: live.health,
  members: live.members,
  notices: [...live.notices, ...recordNotices(database, live)],
  seen_at,
  age_ms,
});

export interface StatusInput {
  readonly database: Database;
  readonly seen: Seen;
  /** The one that runs, or waits to. */
  readonly operation: OperationDocument | null;
  /** The latest on record; null for a database that has had none. */
  readonly last: OperationDocument | null;
  readonly checkpoint: Checkpoint | null;
}

export const statusDocument = ({
  database,
  seen: { live, seen_at, age_ms },
  operation,
  last,
  checkpoint,
}: StatusInput) => ({
  id: database.id,
  name: database.name,
  project: database.project,
  postgres_major: database.postgres_major,
  health: live.health,
  seen_at,
  age_ms,
  ...topologyDocument(database, live),
  operation,
  /** The last one, if an operator has to finish it. */
  unfinished_operation: last?.status === 'needs_operator' && !operation ? last : null,
  checkpoint,
  restored_from: database.restored_from ?? null,
  protected: database.protected === true,
  /** Null unless its record comes from a backup and has not been found to be right. */
  held: database.held ?? null,
  notices: [
    ...(database.held ? heldNotices(database.name, database.held) : []),
    ...live.notices,
    ...recordNotices(database, live),
  ],
  nodes: nodeDocuments(live, database.topology, checkpoint),
});

/** Of the server that takes writes; null where that is not known. */
const alteredOn = ({ nodes }: LiveState): Settings | null =>
  nodes.find(({ role }) => role === 'primary')?.facts?.by_alter_system ?? null;

/** What asks for a person although every node is as it should be. */
const recordNotices = (database: Database, live: LiveState): readonly string[] => {
  const storage = storageNotice(database.name, storageUse(database, live));
  return storage === null ? [] : [storage];
};

const leaderOf = ({ members }: LiveState): string | undefined => members.find(({ role }) => role === 'leader')?.name;
