import { realComponents, type Components } from '../../../src/activities/dependencies.ts';
import type { EtcdClient } from '../../../src/components/etcd/index.ts';
import type { RuntimeApi } from '../../../src/components/haproxy/index.ts';
import type { PoolerAdmin } from '../../../src/components/pgbouncer/index.ts';
import { PgrowError } from '../../../src/domain/errors.ts';
import type { Connections } from './connections.ts';
import type { EtcdClusters } from './etcd-cluster.ts';
import { fakePatroni } from './fake-patroni.ts';
import { fakePostgres } from './fake-postgres.ts';
import type { Machine, Machines } from './machines.ts';
import type { Poolers } from './poolers.ts';
import type { Servers } from './postgres-servers.ts';
import type { Routers } from './routers.ts';

interface Cast {
  readonly machines: Machines;
  readonly etcd: EtcdClusters;
  readonly servers: Servers;
  readonly routers: Routers;
  readonly poolers: Poolers;
  readonly connections: Connections;
  /** Bytes, by the name of the replica. */
  readonly behind: ReadonlyMap<string, number>;
}

/** Every protocol client, spoken to the fake machines; the configuration files they read are the real ones. */
export const createFakeComponents = (cast: Cast): Components => ({
  postgres: fakePostgres(cast.connections, cast.servers, cast.behind),
  patroni: fakePatroni(cast.machines, cast.servers),
  etcd: { ...realComponents.etcd, createEtcdClient: ({ host }) => etcdClient(cast, host) },
  haproxy: {
    ...realComponents.haproxy,
    connectHaproxy: async ({ host }) => runtimeApi(cast, await cast.machines.at(host)),
    checkServer: async ({ host, backend }) => {
      const passes = cast.routers.check(await cast.machines.at(host), backend);
      return { passes, says: passes ? 'is answered 200' : 'is answered 503' };
    },
    haproxyCommand: async ({ host }, text) => runtimeApi(cast, await cast.machines.at(host)).command(text),
  },
  pgbouncer: {
    ...realComponents.pgbouncer,
    connectPooler: async ({ host, password }) => poolerAdmin(cast, await cast.machines.at(host), password),
  },
});

const runtimeApi = ({ routers, machines }: Cast, machine: Machine): RuntimeApi => ({
  async command(text) {
    const [, server, address] = /^set server (\S+) addr (\S+)/.exec(text) ?? [];
    if (server === undefined || address === undefined) return routers.command(machine, text);
    routers.point(machine, server, await machines.at(address));
    return `IP changed to '${address}'`;
  },
  end: () => {},
});

const poolerAdmin = ({ poolers }: Cast, machine: Machine, password: string): PoolerAdmin => {
  if (!poolers.accepts(machine, password)) throw new PgrowError('not_ready', `${machine.name}: wrong password.`);
  return {
    pause: async () => poolers.pause(machine),
    resume: async () => poolers.resume(machine),
    reload: async () => poolers.reload(machine),
    reconnect: async () => {},
    isPaused: async () => poolers.isPaused(machine),
    pools: async () => [],
    end: async () => {},
  };
};

const etcdClient = ({ machines, etcd }: Cast, host: string): EtcdClient => ({
  isHealthy: async () => etcd.healthy(await machines.at(host)),
  memberNames: async () => etcd.peers(await machines.at(host)),
  status: async () => ({ version: '3.5.16', leader: '1' }),
  get: async () => null,
  getPrefix: async () => [],
  async deletePrefix(prefix) {
    const node = await machines.at(host);
    if (!etcd.healthy(node)) throw new PgrowError('not_ready', `etcd on ${host} has no quorum.`);
    const scope = /^\/service\/(.+)\/$/.exec(prefix)?.[1] ?? '';
    return etcd.scopesOf(node).delete(scope) ? 1 : 0;
  },
  compareAndDelete: async () => false,
});
