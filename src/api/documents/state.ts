import { z } from 'zod';
import { endpointNames } from '../../domain/endpoints.ts';
import { layers } from '../../domain/layers.ts';
import { healths, nodeStates } from '../../domain/live-state.ts';
import {
  failoverTimes,
  loadBalancings,
  maximumLags,
  poolModes,
  replicationModes,
  syncModes,
} from '../../domain/options.ts';
import { tlsModes } from '../../domain/tls.ts';
import { nodeKinds } from '../../domain/topology.ts';
import { milliseconds, moment, named, nextCursor, stage } from './document.ts';
import { checkpoint, operation } from './operation.ts';

const endpoint = z.string().nullable().describe('host:port in the network of the database.');
const size = z.strictObject({
  memory_bytes: z.number(),
  cpus: z.number(),
  storage_bytes: z.number().nullable().describe('That the data of each server may take; null without a limit.'),
});
const settings = z.record(z.string(), z.string());
const health = z.enum(healths);
const seen = {
  seen_at: moment.nullable().describe('When the nodes were looked at; null if never.'),
  age_ms: milliseconds.nullable(),
};
const held = z.strictObject({
  taken_at: z.string().describe('When the backup was taken.'),
  compared_at: z.string().nullable(),
  differences: z.array(z.strictObject({ of: z.enum(['operation', 'progress', 'nodes', 'primary']), text: z.string() })),
});
const notices = z.array(z.string()).describe('What is wrong or cannot be seen, and what to do about it.');

const members = z.array(
  z.strictObject({
    name: z.string(),
    role: z.enum(['leader', 'replica']),
    state: z.string(),
    lag: z.number().nullable().describe('Bytes; null if unknown.'),
  }),
);

const topologyMembers = {
  stage,
  tls: z
    .enum(tlsModes)
    .describe(
      '`off`: plain text. `allow`: all lines but those of clients who do not ask for it. `require`: all lines.',
    ),
  size: size.describe('Of each PostgreSQL server.'),
  storage: z
    .strictObject({
      limit_bytes: z.number().nullable().describe('Null without a limit.'),
      used_bytes: z.number().nullable().describe('Databases and WAL of the fullest server; null if it is not known.'),
    })
    .describe('The limit is watched and reported, not enforced.'),
  settings: z.strictObject({
    chosen: settings.describe('By an operator, of every server.'),
    by_alter_system: settings
      .nullable()
      .describe('On the server that takes writes alone; null if it is not known. A change takes it over.'),
  }),
  pooling: z.strictObject({
    enabled: z.boolean(),
    type: z.literal('pgbouncer'),
    endpoint,
    pool_mode: z.enum(poolModes).optional(),
    default_pool_size: z.int().optional(),
    max_client_connections: z.int().optional(),
    reserve_pool_size: z.int().optional(),
    server_connections: z.int().optional(),
    options: z
      .strictObject({
        pool_mode: z.enum(poolModes),
        default_pool_size: z.int(),
        max_client_connections: z.int(),
        reserve_pool_size: z.int(),
      })
      .nullable()
      .describe('As `POST …/pooling` takes them; null without pooling.'),
  }),
  routing: z.strictObject({
    enabled: z.boolean(),
    type: z.literal('haproxy'),
    replicas: z.int(),
    rw_endpoint: endpoint,
    ro_endpoint: endpoint,
    any_node_endpoint: endpoint,
    stats_endpoint: endpoint,
  }),
  replicas: z.strictObject({
    count: z.int(),
    lag_bytes: z.array(z.number().nullable()).describe('Of every member, the leader first.'),
    options: z
      .strictObject({
        count: z.int(),
        replication_mode: z.enum(replicationModes),
        load_balancing: z.enum(loadBalancings),
        enable_haproxy: z.boolean(),
      })
      .nullable()
      .describe('As `POST …/replicas` takes them; null at another stage than 2.'),
  }),
  ha: z.strictObject({
    enabled: z.boolean(),
    etcd_nodes: z.int(),
    patroni_nodes: z.int(),
    current_leader: z.string().nullable(),
    patroni_version: z.string().nullable(),
    etcd_version: z.string().nullable(),
    options: z
      .strictObject({
        failover_time: z.literal([...failoverTimes]).describe('Seconds.'),
        sync_mode: z.enum(syncModes),
        auto_failback: z.boolean(),
        maximum_lag_on_failover: z.literal([...maximumLags]).describe('Bytes, or `unlimited`.'),
      })
      .nullable()
      .describe('As `POST …/ha` takes them; null below stage 3.'),
  }),
};

export const nodeImage = z.strictObject({
  reference: z.string(),
  newest: z.boolean().describe('Whether nodes of this kind are made from it now.'),
  made_at: moment.nullable().describe('When it was built; null if that is not known.'),
});

const serverCount = z.strictObject({ up: z.int(), total: z.int() });

export const topologyAnswer = named('Topology', 'Stage, endpoints, replicas, leader.', z.strictObject(topologyMembers));

export const healthAnswer = named(
  'Health',
  'The members of the cluster and how they are.',
  z.strictObject({ cluster_name: z.string(), health, members, notices, ...seen }),
);

const restoredFrom = z
  .strictObject({ service_id: z.guid(), database: z.string(), snapshot: z.string(), taken_at: moment })
  .nullable()
  .describe('The snapshot that it began with; null of one that began empty, or where that was not recorded.');

export const statusAnswer = named(
  'Status',
  'A database with everything that is known of it now.',
  z.strictObject({
    id: z.guid(),
    name: z.string(),
    project: z.string(),
    postgres_major: z.int(),
    health,
    ...seen,
    ...topologyMembers,
    operation: operation.nullable(),
    unfinished_operation: operation.nullable().describe('The last one, if an operator has to finish it.'),
    checkpoint: checkpoint.nullable(),
    restored_from: restoredFrom,
    protected: z.boolean().describe('Whether it may not be destroyed.'),
    held: held.nullable().describe('Null unless its record comes from a backup and has not been found to be right.'),
    notices,
    nodes: z.array(
      z.strictObject({
        name: z.string(),
        kind: z.enum(nodeKinds),
        role: z.enum(['primary', 'replica']).nullable(),
        state: z.enum(nodeStates),
        detail: z.string().nullable(),
        container: z.string(),
        lag_bytes: z.number().nullable(),
        position: z.strictObject({ lsn: z.string(), timeline: z.int() }).nullable(),
        note: z.string().optional(),
        layer: z.enum(layers),
        kept: z
          .strictObject({ until: moment.nullable() })
          .nullable()
          .describe('Null unless it is kept for a rollback only, and until when.'),
        leads: z.boolean().nullable().describe('Of servers and of members of etcd; null where it is not known.'),
        synchronous: z.boolean().nullable().describe('Whether commits wait for this replica.'),
        timeline: z.int().nullable(),
        lag_seconds: z.number().nullable(),
        since: moment.nullable().describe('Since when it has been in this state, as far as it was looked at.'),
        answered_at: moment.nullable().describe('When it answered last itself.'),
        version: z.string().nullable(),
        volume_bytes: z.number().nullable(),
        image: nodeImage.nullable().describe('That its container was made from; null if it is not known.'),
        servers: z
          .strictObject({ read_write: serverCount, read_only: serverCount })
          .nullable()
          .describe('What a router leads to; null of other nodes, and where it is not known.'),
        pool: z
          .strictObject({ active: z.int(), waiting: z.int(), limit: z.int(), paused: z.boolean() })
          .nullable()
          .describe('Clients of a pooler; null of other nodes, and where it is not known.'),
      }),
    ),
  }),
);

const strings = z.strictObject(
  Object.fromEntries(endpointNames.map((name) => [name, z.string().nullable()])) as Record<
    (typeof endpointNames)[number],
    z.ZodNullable<z.ZodString>
  >,
);

export const releasedAnswer = named(
  'Released',
  'A database on whose record pgrow acts again, or would after a dry run.',
  z.strictObject({
    id: z.guid(),
    name: z.string(),
    released: z.boolean().describe('False of a dry run.'),
    differences: z.array(z.string()).describe('How the record differs from what is on the engine.'),
    says: z.array(z.string()).describe('What that means, in sentences.'),
  }),
);

export const authorityAnswer = named(
  'CertificateAuthority',
  'By which clients verify a database that speaks TLS.',
  z.strictObject({ certificate: z.string().describe('PEM.'), expires_at: moment }),
);

export const connectionStringsAnswer = named(
  'ConnectionStrings',
  'For libpq, from the Docker host and from the network that applications join; null for endpoints that do not exist.',
  z.strictObject({
    best: z.enum(endpointNames).describe('The endpoint that a writing client should use.'),
    host: strings,
    network: strings,
    tls: z
      .enum(tlsModes)
      .describe('`off`: plain text. `allow`: as the client asks for it. `require`: nothing else is taken.'),
    clients_network: z.string().describe('Name of the Docker network that applications join.'),
    revealed: z.boolean().describe('Whether the strings have the password.'),
    password: z.enum(['accepted', 'refused', 'unknown']).optional().describe('What the server says of it.'),
  }),
);

const hostPorts = z.strictObject({
  postgres: z.int(),
  pooled: z.int(),
  pooled_read_only: z.int(),
  read_write: z.int(),
  read_only: z.int(),
  stats: z.int(),
  any_node: z.int().optional(),
});

export const serviceAnswer = named(
  'Service',
  'A database as it is on record.',
  z.strictObject({
    id: z.guid(),
    project: z.string(),
    name: z.string(),
    type: z.literal('postgres'),
    postgres_major: z.int(),
    size,
    restored_from: restoredFrom,
    stage,
    pooling: z.boolean(),
    stopped: z.boolean(),
    protected: z.boolean().describe('Whether it may not be destroyed.'),
    held: z.boolean(),
    subnet: z.string().nullable(),
    clients_subnet: z.string().nullable(),
    nodes: z.array(
      z.strictObject({
        name: z.string(),
        kind: z.enum(nodeKinds),
        container: z.string(),
        address: z.string().nullable(),
      }),
    ),
    ports: hostPorts,
    monthly_usd: z.number(),
  }),
);

export const servicesAnswer = z.strictObject({ services: z.array(serviceAnswer), next_cursor: nextCursor });

export const fleetAnswer = named(
  'Fleet',
  'Addresses of the control plane, and its databases.',
  z.strictObject({
    api: z.string(),
    console: z.string().nullable().describe('Of the web console; null where there is none.'),
    temporal_web: z.string().nullable(),
    temporal_address: z.string(),
    databases: z.array(
      z.strictObject({
        name: z.string(),
        id: z.guid(),
        project: z.string(),
        stage,
        health,
        notice: z.string().nullable(),
        ...seen,
        operation: operation.nullable(),
      }),
    ),
  }),
);
