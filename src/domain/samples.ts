/** What one server says of itself at one moment: counters since its statistics began, and what is now. */
export interface ServerReading {
  readonly in_recovery: boolean;
  /** When its postmaster started: after a crash its counters begin at zero. Seconds since the epoch. */
  readonly started: number;
  /** Of the WAL, what it has written as a primary or replayed as a replica. Bytes. */
  readonly wal_bytes: number;
  /** Transaction ids given out so far: only a transaction that writes takes one, and one more for each savepoint that does. */
  readonly xids: number;
  readonly max_connections: number;
  /** Of applications and poolers, without pgrow's own. */
  readonly connections: number;
  readonly connections_active: number;
  readonly connections_idle: number;
  readonly connections_idle_in_transaction: number;
  /** Of the application's database, as are those that follow. */
  readonly commits: number;
  readonly rollbacks: number;
  readonly blocks_hit: number;
  readonly blocks_read: number;
  /** Of `SELECT 1` from the monitor. */
  readonly round_trip_ms: number;
}

/** Of all pools of a PgBouncer. */
export interface PoolerReading {
  /** Clients. */
  readonly active: number;
  readonly waiting: number;
  /** Its connections to servers, in use or idle. */
  readonly servers: number;
}

/** What was read of a database at one moment. A node that did not answer is absent. */
export interface Reading {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly servers: Readonly<Record<string, ServerReading>>;
  readonly poolers: Readonly<Record<string, PoolerReading>>;
  /** Of the application's database; null where it is not known. */
  readonly size_bytes: number | null;
  /** Where Docker keeps its volumes; null where it was not measured. */
  readonly disk_free_bytes: number | null;
}

/** Numbers of a database at one moment, by the metric's name, or `name@node`. What was not measured is absent. */
export interface Sample {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly values: Readonly<Record<string, number>>;
}

/** A rate over more time than this says nothing of a moment. Milliseconds. */
const longestBetween = 90_000;

/** Numbers from a reading and the one before it: rates need both. */
export const sampleOf = (before: Reading | null, now: Reading): Sample => {
  const values: Record<string, number> = {};
  const put = (key: string, value: number | null): void => {
    if (value !== null && Number.isFinite(value)) values[key] = value;
  };
  const servers = Object.entries(now.servers);
  const primary = servers.find(([, { in_recovery }]) => !in_recovery)?.[1];
  const commits: { readonly replica: boolean; readonly rate: number | null }[] = [];
  for (const [node, server] of servers) {
    const change = changeOf(before?.servers[node], server, before === null ? 0 : now.at - before.at);
    const at = (name: string) => `${name}@${node}`;
    put(at('connections'), server.connections);
    put(at('connections_active'), server.connections_active);
    put(at('connections_idle'), server.connections_idle);
    put(at('connections_idle_in_transaction'), server.connections_idle_in_transaction);
    put(at('connections_limit'), server.max_connections);
    put(at('commits'), change && change.commits / change.seconds);
    put(at('rollbacks'), change && change.rollbacks / change.seconds);
    put(at('cache_hits'), change && share(change.hit, change.hit + change.read));
    put(at('round_trip'), server.round_trip_ms);
    commits.push({ replica: server.in_recovery, rate: change && change.commits });
    if (server.in_recovery) put(at('lag'), primary ? Math.max(0, primary.wal_bytes - server.wal_bytes) : null);
    else {
      put(at('read_only'), change && share(change.transactions - change.xids, change.transactions));
    }
  }
  put('reads_on_replicas', onReplicas(commits));
  for (const [node, { active, waiting, servers: connections }] of Object.entries(now.poolers)) {
    put(`pool_active@${node}`, active);
    put(`pool_waiting@${node}`, waiting);
    put(`pool_servers@${node}`, connections);
  }
  put('size', now.size_bytes);
  put('disk_free', now.disk_free_bytes);
  return { at: now.at, values };
};

interface Change {
  readonly seconds: number;
  readonly commits: number;
  readonly rollbacks: number;
  readonly transactions: number;
  readonly hit: number;
  readonly read: number;
  readonly xids: number;
}

/** Null across a restart, a reset of the statistics, and a gap: a rate over these would be no one's. */
const changeOf = (before: ServerReading | undefined, now: ServerReading, ms: number): Change | null => {
  if (!before || ms <= 0 || ms > longestBetween || before.started !== now.started) return null;
  const change = {
    commits: now.commits - before.commits,
    rollbacks: now.rollbacks - before.rollbacks,
    transactions: now.commits + now.rollbacks - before.commits - before.rollbacks,
    hit: now.blocks_hit - before.blocks_hit,
    read: now.blocks_read - before.blocks_read,
    xids: now.xids - before.xids,
  };
  return Object.values(change).some((each) => each < 0) ? null : { ...change, seconds: ms / 1000 };
};

/** Null of nothing. A part that outgrows the whole was counted a moment later than it. */
const share = (part: number, whole: number): number | null =>
  whole <= 0 ? null : Math.min(1, Math.max(0, part / whole));

/** Of all transactions those that replicas served; null without a replica, and unless every server can tell. */
const onReplicas = (commits: readonly { readonly replica: boolean; readonly rate: number | null }[]): number | null => {
  if (!commits.some(({ replica }) => replica) || commits.every(({ replica }) => replica)) return null;
  const sum = (of: typeof commits) => of.reduce((total, { rate }) => total + (rate ?? Number.NaN), 0);
  const part = sum(commits.filter(({ replica }) => replica));
  const whole = sum(commits);
  return Number.isNaN(whole) ? null : share(part, whole);
};
