import { adviceLimits as limits } from './advice-limits.ts';
import { evidence, moreMemory, percent, whole, type Advise } from './advice-kinds.ts';
import { sizeOf } from './container-spec.ts';
import { largestPool, poolingOptions } from './options.ts';
import { fromMemory } from './server-parameters.ts';
import { memoryText } from './server-size.ts';
import { nodeNamed, nodesOf, type Topology } from './topology.ts';

export const pooling: Advise = ({ topology, trend }) => {
  const { primary } = topology;
  const [all, idle, active] = ['connections', 'connections_idle', 'connections_active'].map((name) =>
    trend(name, primary),
  );
  if (topology.pooling || !all || !idle || !active) return null;
  const pool = poolingOptions.parse({}).default_pool_size;
  if (all.median < limits.connections_for_pooling || idle.median < limits.idle_share * all.median) return null;
  // One that would be full serves no one better.
  if (active.high > pool) return null;
  return {
    code: 'pooling',
    says: `${whole(all.median)} connections, ${whole(idle.median)} idle: pooling would hold ${pool}.`,
    evidence: [
      evidence('connections', primary, all.median, 'connections', all),
      evidence('connections_idle', primary, idle.median, 'connections', idle),
      evidence('connections_active', primary, active.high, 'connections', active),
    ],
    request: { path: 'pooling', body: {} },
  };
};

export const connections: Advise = (seen) => {
  const { topology, trend } = seen;
  const { primary } = topology;
  const [all, most] = [trend('connections', primary), trend('connections_limit', primary)];
  if (!all || !most || all.median < limits.share_of_limit * most.median || pooling(seen)) return null;
  const through = topology.pooling
    ? 'Let more of the clients connect through PgBouncer'
    : 'Let clients keep fewer open';
  const more = moreWithMemory(topology);
  const or = more === null ? '' : `, or give the servers ${memoryText(more.bytes)}: then there are ${more.connections}`;
  return {
    code: 'connections',
    says: `${whole(all.median)} of ${whole(most.median)} connections are taken: soon clients are refused. ${through}${or}.`,
    evidence: [
      evidence('connections', primary, all.median, 'connections', all),
      evidence('connections_limit', primary, most.median, 'connections', most),
    ],
    request: more?.request ?? null,
  };
};

/** What twice the memory brings; null where it brings no further connections, because they were chosen or are as many as pgrow gives. */
const moreWithMemory = (topology: Topology) => {
  const node = nodeNamed(topology, topology.primary);
  if (node.chosen_settings?.['max_connections'] !== undefined) return null;
  const { bytes, request } = moreMemory(topology);
  const [now, then] = [sizeOf(node).memory_bytes, bytes].map((each) => fromMemory(each).max_connections) as [
    number,
    number,
  ];
  return then > now ? { bytes, request, connections: then } : null;
};

export const poolSize: Advise = ({ topology, trend }) => {
  if (!topology.pooling) return null;
  const { default_pool_size: size, reserve_pool_size, max_client_connections, server_connections } = topology.pooling;
  const waits = nodesOf(topology, 'pgbouncer')
    .map(({ name }) => ({ name, waiting: trend('pool_waiting', name) }))
    .find(({ waiting }) => waiting && waiting.share((value) => value > 0) >= limits.share_of_time_waiting);
  if (!waits?.waiting) return null;
  const { name, waiting } = waits;
  const room = (server_connections ?? Number.POSITIVE_INFINITY) - reserve_pool_size;
  const larger = Math.min(2 * size, room, max_client_connections, largestPool);
  const says = `Clients wait for a connection of ${name} ${percent(waiting.share((value) => value > 0))} of the time, up to ${whole(waiting.high)} at once`;
  return {
    code: 'pool_size',
    says:
      larger > size
        ? `${says}: a pool of ${larger} instead of ${size} would serve more of them at a time.`
        : `${says}, and there is no room for a larger pool. Shorter transactions would help.`,
    evidence: [evidence('pool_waiting', name, waiting.high, 'clients', waiting)],
    request: larger > size ? { path: 'pooling', body: { default_pool_size: larger } } : null,
  };
};

export const idleInTransaction: Advise = ({ topology: { primary }, trend }) => {
  const idle = trend('connections_idle_in_transaction', primary);
  if (!idle || idle.share((value) => value >= limits.idle_in_transaction) < 0.9) return null;
  return {
    code: 'idle_in_transaction',
    says: `${whole(idle.median)} sessions have been idle inside a transaction for minutes: they hold locks and keep VACUUM from removing what is dead. Let the server end those of ten minutes and more, or end their transactions.`,
    evidence: [evidence('connections_idle_in_transaction', primary, idle.median, 'connections', idle)],
    request: { path: 'change', body: { settings: { idle_in_transaction_session_timeout: '10min' } } },
  };
};
