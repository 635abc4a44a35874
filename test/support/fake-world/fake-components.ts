import { realComponents, type Components } from '../../../src/nodes/dependencies.ts';
import type { EtcdClient } from '../../../src/components/etcd/index.ts';
import type { RuntimeApi } from '../../../src/components/haproxy/index.ts';
import type { PoolerAdmin } from '../../../src/components/pgbouncer/index.ts';
import { isSilence, PgrowError } from '../../../src/domain/errors.ts';
import type { Connections } from './connections.ts';
import type { EtcdClusters } from './etcd-cluster.ts';
import { patroniClient } from './fake-patroni.ts';
import { fakePostgres } from './fake-postgres.ts';
import type { Machine, Machines } from './machines.ts';
import type { Outside } from './outside.ts';
import type { PatroniClusters } from './patroni-clusters.ts';
import type { Poolers } from './poolers.ts';
import type { Servers } from './postgres-servers.ts';
import type { Routers } from './routers.ts';

interface Cast {
  readonly machines: Machines;
  readonly etcd: EtcdClusters;
  readonly servers: Servers;
  readonly patroni: PatroniClusters;
  readonly routers: Routers;
  readonly poolers: Poolers;
  readonly connections: Connections;
  /** Bytes, by the name of the replica. */
  readonly behind: ReadonlyMap<string, number>;
  readonly paused: ReadonlySet<string>;
  /** Names of replicas. */
  readonly catchingUp: ReadonlySet<string>;
  readonly outside: Outside;
}

/** Every protocol client, spoken to the fake machines; the configuration files they read are the real ones. */
export const createFakeComponents = (cast: Cast): Components => {
  const { machines, outside } = cast;
  return {
    postgres: { ...realComponents.postgres, ...outside.of('PostgreSQL', fakePostgres(cast)) },
    patroni: {
      ...realComponents.patroni,
      createPatroniClient: ({ host }) => outside.of('Patroni', patroniClient(cast, host)),
    },
    etcd: { ...realComponents.etcd, createEtcdClient: ({ host }) => outside.of('etcd', etcdClient(cast, host)) },
    haproxy: {
      ...realComponents.haproxy,
      connectHaproxy: ({ host }) => outside.call('HAProxy', async () => runtimeApi(cast, await machines.at(host))),
      checkServer: ({ host, backend }) =>
        outside
          .call('HAProxy', async () => {
            const passes = cast.routers.check(await machines.at(host), backend);
            return { passes, says: passes ? 'is answered 200' : 'is answered 503' };
          })
          // As the real one, which never throws.
          .catch((error: unknown) => {
            if (!isSilence(error)) throw error;
            return { passes: false, says: 'fails: TimeoutError' };
          }),
      haproxyCommand: async ({ host }, text) => runtimeApi(cast, await machines.at(host)).command(text),
    },
    pgbouncer: {
      ...realComponents.pgbouncer,
      connectPooler: ({ host, port, password }) =>
        outside.call('PgBouncer', async () =>
          outside.of('PgBouncer', poolerAdmin(cast, await machines.at(host), { port, password })),
        ),
    },
  };
};

const runtimeApi = ({ routers, machines, outside }: Cast, machine: Machine): RuntimeApi => ({
  command: (text) =>
    outside.call('HAProxy', async () => {
      const [, server, address] = /^set server (\S+) addr (\S+)/.exec(text) ?? [];
      if (server === undefined || address === undefined) return routers.command(machine, text);
      routers.point(machine, server, await machines.at(address));
      return `IP changed to '${address}'`;
    }),
  end: () => {},
});

const poolerAdmin = (
  { poolers }: Cast,
  machine: Machine,
  { port, password }: { readonly port: number; readonly password: string },
): PoolerAdmin => {
  if (!poolers.accepts(machine, password)) throw new PgrowError('not_ready', `${machine.name}: wrong password.`);
  return {
    pause: async () => {
      const paused = poolers.isPaused(machine);
      poolers.pause(machine);
      return !paused;
    },
    pauseLookups: async () => {},
    resumeLookups: async () => {},
    resume: async () => poolers.resume(machine),
    reload: async () => poolers.reload(machine),
    reconnect: async () => poolers.reconnect(machine, port),
    isPaused: async () => poolers.isPaused(machine),
    pools: async () => [],
    end: async () => {},
  };
};

const etcdClient = ({ machines, etcd }: Cast, host: string): EtcdClient => ({
  isHealthy: async () => etcd.healthy(await machines.at(host)),
  memberNames: async () => etcd.peers(await machines.at(host)),
  members: async () => etcd.members(await machines.at(host)).map((node) => ({ id: `id of ${node}`, node })),
  removeMember: async (id) => etcd.expel(await machines.at(host), id.slice('id of '.length)),
  addMember: async (node) => etcd.admit(await machines.at(host), node),
  status: async () => ({ version: '3.5.16', leader: '1' }),
  async get(key) {
    const lock = await lockAt({ machines, etcd }, host, key);
    return lock?.locked ? lock.leader : null;
  },
  getPrefix: async () => [],
  async remove(key) {
    const node = await machines.at(host);
    if (!etcd.healthy(node)) throw new PgrowError('not_ready', `etcd on ${host} has no quorum.`);
    const [, scope = '', member = ''] = /^\/service\/(.+)\/members\/(.+)$/.exec(key) ?? [];
    etcd.scopesOf(node).get(scope)?.members.delete(member);
  },
  async deletePrefix(prefix) {
    const node = await machines.at(host);
    if (!etcd.healthy(node)) throw new PgrowError('no_answer', `etcd on ${host} has no quorum.`);
    const scope = /^\/service\/(.+)\/$/.exec(prefix)?.[1] ?? '';
    return etcd.scopesOf(node).delete(scope) ? 1 : 0;
  },
  async compareAndDelete(key, value) {
    const lock = await lockAt({ machines, etcd }, host, key);
    if (!lock?.locked || lock.leader !== value) return false;
    lock.locked = false;
    return true;
  },
});

/** The one key of a cluster's that anybody but Patroni looks at. */
const lockAt = async ({ machines, etcd }: Pick<Cast, 'machines' | 'etcd'>, host: string, key: string) => {
  const node = await machines.at(host);
  if (!etcd.healthy(node)) throw new PgrowError('no_answer', `etcd on ${host} has no quorum.`);
  return etcd.scopesOf(node).get(/^\/service\/(.+)\/leader$/.exec(key)?.[1] ?? '') ?? null;
};
