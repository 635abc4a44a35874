import { sampleOf, type Reading, type ServerReading } from '../../src/domain/samples.ts';
import { recordedStepMs, recordEveryMs, recordLastsMs } from '../../src/domain/sampling.ts';
import type { CountedStatements } from '../../src/domain/statements.ts';
import { nodesOf, type Topology } from '../../src/domain/topology.ts';
import type { Store } from '../../src/store/store.ts';

/** A day of measurements of a database, on record as the monitor writes them down. */
export const recordDay = async (store: Store, name: string): Promise<void> => {
  const database = await store.readDatabase(name);
  if (!database) return;
  const until = Math.floor(Date.now() / recordedStepMs) * recordedStepMs;
  const count = recordLastsMs / recordedStepMs;
  const readings = Array.from({ length: count }, (_, index) =>
    readingAt(database.topology, until - (count - 1 - index) * recordedStepMs),
  );
  const samples = readings.map((reading, index) => sampleOf(readings[index - 1] ?? null, reading));
  const each = recordEveryMs / recordedStepMs;
  await store.recordMetrics(
    Array.from({ length: count / each }, (_, row) => ({
      service_id: database.id,
      samples: samples.slice(row * each, (row + 1) * each),
    })),
  );
};

const hour = 3_600_000;
const megabyte = 1024 * 1024;
/** Transactions of a server since its statistics began: more by day than by night. The same at the same time, always. */
const transactionsAt = (at: number): number => {
  const day = (2 * Math.PI) / (24 * hour);
  const since = at % (24 * hour);
  return Math.round((at / 1000) * 120 - (Math.sin(since * day) / day / 1000) * 70 + Math.sin(at / hour) * 4000);
};

const serverAt = (at: number, isReplica: boolean): ServerReading => {
  const all = transactionsAt(at) * (isReplica ? 2 : 1);
  const busy = 12 + Math.round(8 * Math.sin(at / hour) + 3 * Math.cos(at / (hour / 7)));
  return {
    in_recovery: isReplica,
    started: 1000,
    wal_bytes: transactionsAt(at) * 512 - (isReplica ? 20_000 + Math.round(18_000 * Math.sin(at / (hour / 3))) : 0),
    xids: isReplica ? 0 : Math.round(all * 0.3),
    max_connections: 100,
    connections: busy + 24,
    connections_active: busy,
    connections_idle: 22,
    connections_idle_in_transaction: 2,
    commits: all,
    rollbacks: Math.round(all * 0.004),
    blocks_hit: all * 40,
    blocks_read: Math.round(all * 0.4),
    round_trip_ms: 0.6 + 0.2 * Math.sin(at / (hour / 5)),
  };
};

const readingAt = (topology: Topology, at: number): Reading => ({
  at,
  servers: Object.fromEntries(
    nodesOf(topology, 'postgres').map(({ name }) => [name, serverAt(at, name !== topology.primary)]),
  ),
  poolers: Object.fromEntries(
    nodesOf(topology, 'pgbouncer').map(({ name }) => [
      name,
      { active: 42 + Math.round(20 * Math.sin(at / hour)), waiting: at % (7 * hour) < hour / 4 ? 3 : 0, servers: 20 },
    ]),
  ),
  size_bytes: 755 * megabyte + Math.round(at / 100_000),
  disk_free_bytes: 61_000 * megabyte,
});

/** The end of a server's log: checkpoints, and among them statements that were slow or failed. */
export const logOf = (container: string, lines: number): string => {
  const count = Math.min(lines, 200);
  const now = Date.now();
  // Each server has statements of its own.
  const shift = container.charCodeAt(container.length - 1) * 3;
  return Array.from({ length: count }, (_, index) => {
    const at = new Date(now - (count - index) * 2000).toISOString().replace('T', ' ').replace('Z', ' UTC');
    return said(index + shift).map((text) => `${at} [${70 + index}] ${text}`);
  })
    .flat()
    .slice(-lines)
    .join('\n');
};

const said = (index: number): readonly string[] => {
  if (index % 40 === 7)
    return [
      `app@app LOG:  duration: ${600 + index * 3}.412 ms  statement: SELECT * FROM orders WHERE customer = ${index} ORDER BY placed_at DESC`,
    ];
  if (index % 70 === 11)
    return [
      'app@app ERROR:  duplicate key value violates unique constraint "carts_pkey"',
      `app@app DETAIL:  Key (id)=(${index}) already exists.`,
      `app@app STATEMENT:  INSERT INTO carts VALUES (${index})`,
    ];
  return [`LOG:  checkpoint complete: wrote ${index * 3} buffers (0.1%)`];
};

/** Those that cost most first. */
export const countedStatements = (): CountedStatements => ({
  since: new Date(Date.now() - 30 * hour).toISOString(),
  statements: [
    ['SELECT * FROM orders WHERE customer = $1 ORDER BY placed_at DESC', 182_400, 4.1, 12],
    ['UPDATE stock SET left_over = left_over - $1 WHERE article = $2', 91_200, 1.9, 1],
    ['INSERT INTO carts VALUES ($1)', 40_100, 0.4, 1],
  ].map(([statement, calls, mean, rows], index, all) => {
    const total = (one: (typeof all)[number]) => Number(one[1]) * Number(one[2]);
    return {
      query_id: String(7_000_001 + index),
      user: 'app',
      statement: String(statement),
      calls: Number(calls),
      total_ms: total(all[index]!),
      mean_ms: Number(mean),
      rows: Number(calls) * Number(rows),
      share: total(all[index]!) / all.reduce((sum, one) => sum + total(one), 0),
    };
  }),
});
