import type { Components } from '../../../src/nodes/dependencies.ts';
import { matchesVerifier, scramVerifier, type PostgresConnection } from '../../../src/components/postgres/index.ts';
import { PgrowError } from '../../../src/domain/errors.ts';
import { postgresParameters } from '../../../src/domain/server-parameters.ts';
import { replayNeeds } from '../../../src/domain/settings.ts';
import { isOwnSlot } from '../../../src/domain/naming.ts';
import type { Connections } from './connections.ts';
import { lsnText } from './postgres-data.ts';
import type { Servers } from './postgres-servers.ts';

const plentyBytes = 8_000_000;
const ours = postgresParameters(1024 ** 3);
const atStartOnly: readonly string[] = ['shared_buffers', 'shared_preload_libraries', ...replayNeeds];

interface Cast {
  readonly connections: Connections;
  readonly servers: Servers;
  readonly behind: ReadonlyMap<string, number>;
  /** Replicas that do not replay. */
  readonly paused: ReadonlySet<string>;
  readonly catchingUp: ReadonlySet<string>;
}

/** PostgreSQL as SQL sees it: every statement acts on the fake servers. */
export const fakePostgres = ({
  connections: { connect, serverOf, databaseOf },
  servers,
  behind,
  paused,
  catchingUp,
}: Cast) => {
  const writable = (connection: PostgresConnection) => {
    const server = serverOf(connection);
    if (servers.isPrimary(server)) return server;
    throw new PgrowError('internal', 'A statement failed: cannot execute it in a read-only transaction (25006).');
  };

  return {
    connectPostgres: connect,
    reloadConfiguration: async (connection) => servers.reload(serverOf(connection)),
    readLoadTime: async (connection) => String(servers.timesLoaded(serverOf(connection))),
    checkpoint: async (connection) => servers.catchUp(serverOf(connection)),
    databaseSizeBytes: async () => plentyBytes,
    readLongTransactions: async () => [],
    readBaseBackups: async () => [],
    readPreparedTransactions: async () => [],
    readReplayObstacle: async () => null,
    readFlushed: async (connection) => lsnText(serverOf(connection).data.lsn),
    readWalSenders: async (connection) => servers.sendersOf(serverOf(connection)),
    readBaseBackupProgress: async () => null,
    isReplica: async (connection) => !servers.isPrimary(serverOf(connection)),
    listDatabases: async (connection) => [...serverOf(connection).data.databases],
    listTables: async () => [{ name: 'public.rows', oid: '1', toast: null, wide_columns: [], bytes: 1 }],
    fingerprint: async (connection, tables) =>
      Object.fromEntries(tables.map(({ name }) => [name, [...serverOf(connection).data.rows].toSorted().join(' ')])),

    async readServerFacts(connection) {
      const { data } = serverOf(connection);
      const inUse = { active: true };
      return {
        logical_slots: [...data.logicalSlots].map((name) => ({ name, database: 'shop', plugin: 'pgoutput', ...inUse })),
        guest_slots: [...data.slots].filter((name) => !isOwnSlot(name)).map((name) => ({ name, ...inUse })),
        tablespaces: [...data.tablespaces].map((name) => ({ name, location: `/var/lib/postgresql/${name}` })),
        connections: {
          max_connections: 200,
          superuser_reserved_connections: 3,
          reserved_connections: 0,
          databases: Math.max(1, data.databases.size - 1),
        },
      };
    },
    async readUnlogged(connection) {
      const own = `${databaseOf(connection)}.`;
      const names = [...serverOf(connection).data.unlogged].filter((name) => name.startsWith(own));
      return { count: names.length, names };
    },

    async ensureRoles(connection, { role, database, password }) {
      const server = writable(connection);
      server.data.databases.add(database);
      const stored = server.data.passwords.get(role) ?? '';
      servers.setPassword(
        server,
        role,
        matchesVerifier(password, stored) ? stored : scramVerifier(password, { iterations: 1 }),
      );
    },
    async readLogin(connection, role) {
      const verifier = serverOf(connection).data.passwords.get(role);
      return verifier === undefined
        ? null
        : { login: true, expired: false, verifier: verifier === '' ? null : verifier };
    },
    async storeVerifier(connection, role, verifier) {
      servers.setPassword(writable(connection), role, verifier ?? '');
    },
    admit: async (connection) => void writable(connection),
    ensurePoolerLookup: async (connection) => void writable(connection),
    readServerSettings: async (connection) => ({
      lines: [
        ...linesOf(servers.settings.written(serverOf(connection).machine), false),
        ...linesOf(Object.fromEntries(serverOf(connection).data.settings), true),
      ],
      defaults: { TimeZone: 'GMT', default_text_search_config: 'pg_catalog.simple' },
      running: Object.fromEntries(servers.settings.running(serverOf(connection).machine)),
    }),
    async alterSystem(connection, changes) {
      const { settings } = serverOf(connection).data;
      for (const [name, value] of Object.entries(changes)) {
        if (value === null) settings.delete(name);
        else settings.set(name, value);
      }
      servers.reload(serverOf(connection));
      return [];
    },
    async readPendingRestart(connection, names) {
      const { machine, data } = serverOf(connection);
      return servers.settings.pending(machine, data).filter((name) => names.includes(name));
    },
    readKnownSettings: async (_, names, { lines }) =>
      Object.fromEntries(
        names.map((name) => {
          const value = lines.find((line) => line.name === name)?.value ?? String(ours[name] ?? '');
          return [name, { context: atStartOnly.includes(name) ? 'postmaster' : 'user', value }];
        }),
      ),
    readAlterSystem: async (connection) => Object.fromEntries(serverOf(connection).data.settings),
    refusedByLibraries: async () => ({}),
    async readKnownExtensions(connection, names) {
      const { extensions } = serverOf(connection).data;
      const isThere = (name: string) => extensions.has(`${databaseOf(connection)}.${name}`);
      return Object.fromEntries(
        names.map((name) => [name, { version: '1.0', installed: isThere(name) ? '1.0' : null }]),
      );
    },
    async readSettingStates(connection, names) {
      const { machine, data } = serverOf(connection);
      const [written, running] = [servers.settings.written(machine), servers.settings.running(machine)];
      return names.map((name) => ({
        name,
        written: data.settings.get(name) ?? written[name] ?? null,
        by_alter_system: data.settings.has(name),
        problem: null,
        pending_restart: servers.settings.pending(machine, data).includes(name),
        runsWith: (text) => running.get(name) === text,
      }));
    },
    async readAllPendingRestart(connection) {
      const { machine, data } = serverOf(connection);
      return servers.settings.pending(machine, data);
    },
    async createExtension(connection, name) {
      const { extensions } = writable(connection).data;
      if (name === 'missing') throw statementFailed('extension "missing" is not available');
      extensions.add(`${databaseOf(connection)}.${name}`);
    },
    async dropExtension(connection, name) {
      const { extensions } = writable(connection).data;
      if (name === 'needed') throw statementFailed('cannot drop extension needed because other objects depend on it');
      extensions.delete(`${databaseOf(connection)}.${name}`);
    },
    ensureProbe: async (connection) => void writable(connection),
    forgetOldProbes: async (connection) => void writable(connection),
    async writeProbe(connection, id, { locally = false } = {}) {
      servers.write(writable(connection), id, { locally });
      return true;
    },
    async forgetProbe(connection, id) {
      const server = serverOf(connection);
      for (const { data } of [server, ...servers.followersOf(server)]) data.rows.delete(id);
    },
    readProbe: async (connection, id) => serverOf(connection).data.rows.has(id),

    ensureReplicationSlot: async (connection, slot) => void serverOf(connection).data.slots.add(slot),
    dropReplicationSlot: async (connection, slot) => void serverOf(connection).data.slots.delete(slot),
    listReplicationSlots: async (connection) => [...serverOf(connection).data.slots],
    readSlots: async (connection) =>
      [...serverOf(connection).data.slots].map((name) => ({
        name,
        active: false,
        wal_status: 'reserved',
        kept_bytes: 0,
      })),
    async readReplication(connection) {
      const server = serverOf(connection);
      servers.lookAround();
      const confirming = servers.synchronousStandbys(server);
      return servers.followersOf(server).map(({ name }) => ({
        name,
        state: catchingUp.has(name) ? 'catchup' : 'streaming',
        sync_state: confirming.includes(name) ? 'quorum' : 'async',
        lag_bytes: behind.get(name) ?? 0,
        slot: null,
      }));
    },
    async readWalEnd(connection) {
      const { data } = serverOf(connection);
      return { in_recovery: data.inRecovery, lsn: lsnText(data.lsn), timeline: data.timeline, complete: true };
    },
    async readReplay(connection) {
      const server = serverOf(connection);
      const follows = servers.upstreamOf(server)?.from;
      const streams = follows ? servers.followersOf(follows).some(({ name }) => name === server.name) : false;
      const own = paused.has(server.name);
      return { streams, paused: own, limits: { max_connections: own ? 200 : 400 } };
    },
    async readPosition(connection) {
      const { data } = serverOf(connection);
      return {
        in_recovery: data.inRecovery,
        lsn: lsnText(data.lsn),
        receive_lsn: data.inRecovery ? lsnText(data.lsn) : null,
        timeline: data.timeline,
        system_identifier: data.systemIdentifier,
      };
    },
  } satisfies Partial<Components['postgres']>;
};

/** In the server's words, as the client passes them on. */
const statementFailed = (says: string): PgrowError =>
  new PgrowError('internal', `A statement failed on pgrow@postgres-1:5432/shop: ${says}.`, { cause: new Error(says) });

const linesOf = (settings: Readonly<Record<string, string>>, by_alter_system: boolean) =>
  Object.entries(settings).map(([name, value]) => ({ name, value, by_alter_system }));
