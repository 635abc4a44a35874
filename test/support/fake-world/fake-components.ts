import { X509Certificate } from 'node:crypto';
import { realComponents, type Components } from '../../../src/nodes/dependencies.ts';
import type { EtcdClient } from '../../../src/components/etcd/index.ts';
import type { RuntimeApi } from '../../../src/components/haproxy/index.ts';
import type { Peer } from '../../../src/components/peer.ts';
import type { PoolerAdmin } from '../../../src/components/pgbouncer/index.ts';
import { isSilence, PgrowError } from '../../../src/domain/errors.ts';
import { tlsFiles } from '../../../src/domain/tls.ts';
import type { Connections } from './connections.ts';
import type { EtcdClusters } from './etcd-cluster.ts';
import { spokenWith } from './spoken-with.ts';
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
    certificates: {
      ...realComponents.certificates,
      readServed: ({ address }) =>
        outside.call('TLS', async () => {
          const { container } = await machines.at(address);
          const { serialNumber, validToDate } = new X509Certificate(machines.read(container, tlsFiles.identity));
          return { serialNumber, expiresAt: validToDate };
        }),
    },
    postgres: { ...realComponents.postgres, ...outside.of('PostgreSQL', fakePostgres(cast)) },
    patroni: {
      ...realComponents.patroni,
      createPatroniClient: ({ peer }) => outside.of('Patroni', patroniClient(cast, peer)),
    },
    etcd: { ...realComponents.etcd, createEtcdClient: ({ peer }) => outside.of('etcd', etcdClient(cast, peer)) },
    haproxy: {
      ...realComponents.haproxy,
      connectHaproxy: ({ peer }) =>
        outside.call('HAProxy', async () => runtimeApi(cast, await spokenWith(machines, peer))),
      checkServer: ({ peer, backend }) =>
        outside
          .call('HAProxy', async () => {
            const passes = cast.routers.check(await spokenWith(machines, peer), backend);
            return { passes, says: passes ? 'is answered 200' : 'is answered 503' };
          })
          // As the real one, which never throws.
          .catch((error: unknown) => {
            if (!isSilence(error)) throw error;
            return { passes: false, says: 'fails: TimeoutError' };
          }),
    },
    pgbouncer: {
      ...realComponents.pgbouncer,
      connectPooler: ({ peer, port, password }) =>
        outside.call('PgBouncer', async () =>
          outside.of('PgBouncer', poolerAdmin(cast, await spokenWith(machines, peer), { port, password })),
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
    pools: async () => poolers.learnt(machine, port).map(({ database, user }) => ({ database, user, ...idle })),
    version: async () => '1.24.1',
    end: async () => {},
  };
};

const idle = { cl_active: 0, cl_waiting: 0, sv_active: 0, sv_idle: 1 };

const etcdClient = ({ machines, etcd }: Cast, peer: Peer): EtcdClient => ({
  isHealthy: async () => etcd.healthy(await spokenWith(machines, peer)),
  memberNames: async () => etcd.peers(await spokenWith(machines, peer)),
  members: async () => etcd.members(await spokenWith(machines, peer)).map((host) => ({ id: `id of ${host}`, host })),
  removeMember: async (id) => etcd.expel(await spokenWith(machines, peer), id.slice('id of '.length)),
  addMember: async (host) => etcd.admit(await spokenWith(machines, peer), host),
  status: async () => ({ version: '3.5.16', leader: '1', leads: false }),
  async get(key) {
    const lock = await lockAt({ machines, etcd }, peer, key);
    return lock?.locked ? lock.leader : null;
  },
  getPrefix: async () => [],
  async remove(key) {
    const node = await spokenWith(machines, peer);
    if (!etcd.healthy(node)) throw new PgrowError('not_ready', `etcd on ${peer.name} has no quorum.`);
    const [, scope = '', member = ''] = /^\/service\/(.+)\/members\/(.+)$/.exec(key) ?? [];
    etcd.scopesOf(node).get(scope)?.members.delete(member);
  },
  async deletePrefix(prefix) {
    const node = await spokenWith(machines, peer);
    if (!etcd.healthy(node)) throw new PgrowError('no_answer', `etcd on ${peer.name} has no quorum.`);
    const scope = /^\/service\/(.+)\/$/.exec(prefix)?.[1] ?? '';
    return etcd.scopesOf(node).delete(scope) ? 1 : 0;
  },
  async compareAndDelete(key, value) {
    const lock = await lockAt({ machines, etcd }, peer, key);
    if (!lock?.locked || lock.leader !== value) return false;
    lock.locked = false;
    return true;
  },
});

/** The one key of a cluster's that anybody but Patroni looks at. */
const lockAt = async ({ machines, etcd }: Pick<Cast, 'machines' | 'etcd'>, peer: Peer, key: string) => {
  const node = await spokenWith(machines, peer);
  if (!etcd.healthy(node)) throw new PgrowError('no_answer', `etcd on ${peer.name} has no quorum.`);
  return etcd.scopesOf(node).get(/^\/service\/(.+)\/leader$/.exec(key)?.[1] ?? '') ?? null;
};
