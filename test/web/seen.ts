import type { Health, LiveNode, LiveState } from '../../src/domain/live-state.ts';
import { membersOf } from '../../src/domain/members.ts';
import { nodesOf, type Node, type Topology } from '../../src/domain/topology.ts';

/** How a database of the world looks, where it is not as it should be. */
export interface Looks {
  readonly health?: Health;
  readonly notices?: readonly string[];
  /** By the node's name. */
  readonly nodes?: Readonly<Record<string, Partial<LiveNode>>>;
}

const hour = 3_600_000;
const megabyte = 1024 * 1024;
const versions = { front: '3.0.11', haproxy: '3.0.11', pgbouncer: '1.24.1', etcd: '3.5.16' } as const;

/** What its nodes say of themselves. */
export const seen = (topology: Topology, major: number, looks: Looks = {}): LiveState => {
  const isStopped = topology.stopped === true;
  const nodes = [...topology.nodes, ...topology.kept].map((node): LiveNode => {
    const changed = looks.nodes?.[node.name];
    const usual = isStopped ? stopped(node) : running(topology, node, major);
    return { ...usual, ...changed, ...(changed?.facts && { facts: { ...usual.facts, ...changed.facts } }) };
  });
  return {
    health: looks.health ?? (isStopped ? 'stopped' : 'healthy'),
    nodes,
    members: membersOf(nodes, topology),
    writes: [],
    notices: looks.notices ?? [],
    patroni_version: topology.ha ? '4.0.6' : null,
    etcd_version: topology.ha ? versions.etcd : null,
  };
};

const stopped = ({ name, kind, container }: Node): LiveNode => {
  return { name, kind, container, role: null, state: 'stopped', detail: null, lag_bytes: null, position: null };
};

const running = (topology: Topology, node: Node, major: number): LiveNode => {
  const { name, kind, container } = node;
  const now = Date.now();
  const since = new Date(now - 3 * hour).toISOString();
  const answered_at = new Date(now - 800).toISOString();
  const state = 'running' as const;
  const base = { name, kind, container, state, role: null, detail: null, lag_bytes: null, position: null };
  const facts = { since, answered_at };
  switch (kind) {
    case 'postgres':
      return { ...base, ...server(topology, node, major, facts) };
    case 'etcd':
      return { ...base, facts: { ...facts, version: versions.etcd, leads: name === 'etcd-1' } };
    case 'pgbouncer':
      return {
        ...base,
        facts: { ...facts, version: versions.pgbouncer, pool: { active: 42, waiting: 0, limit: 100, paused: false } },
      };
    default:
      return { ...base, facts: { ...facts, version: versions[kind], ...(kind === 'haproxy' && routed(topology)) } };
  }
};

const routed = (topology: Topology) => {
  const replicas = nodesOf(topology, 'postgres').length - 1;
  return { servers: { read_write: { up: 1, total: 1 }, read_only: { up: replicas, total: replicas } } };
};

/** Built a week ago. */
const newestImage = (major: number) => ({
  reference: `pgrow/postgres:${major}`,
  newest: true,
  made_at: new Date(Date.now() - 7 * 24 * hour).toISOString(),
});

/** The second replica is a little behind, the others are not. */
const server = (topology: Topology, node: Node, major: number, facts: object): Partial<LiveNode> => {
  const leads = node.name === topology.primary;
  const others = nodesOf(topology, 'postgres').filter(({ name }) => name !== topology.primary);
  const isSecond = node.name === others[1]?.name;
  const lag_bytes = leads ? null : isSecond ? 24_576 : 0;
  const synchronous = (topology.ha?.sync_mode ?? 'async') !== 'async' && node.name === others[0]?.name;
  return {
    role: leads ? 'primary' : 'replica',
    state: leads ? 'running' : 'streaming',
    lag_bytes,
    position: { lsn: isSecond ? '0/5FFA000' : '0/6000000', timeline: topology.ha ? 7 : 1 },
    facts: {
      ...facts,
      version: `${major}.6`,
      volume_bytes: 755 * megabyte,
      image: newestImage(major),
      ...(!leads && { synchronous, lag_seconds: isSecond ? 0.4 : 0 }),
    },
  };
};
