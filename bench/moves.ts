import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { postgresPath, servicesPath } from '../src/cli/api-client.ts';
import type { StartedOperation } from '../src/cli/change.ts';
import { containerName, ports } from '../src/domain/naming.ts';
import { startWorkload, type Workload } from '../src/workload/workload.ts';
import type { Bench } from './bench.ts';
import { accessDatabase, type DatabaseAccess } from './database-access.ts';
import type { ClientFigure, OperationFigure, OperationName, Round } from './figures.ts';
import { destroyDatabase, endpointOf, load, measureOperation, type MeasuredOperation } from './operation.ts';

const clients = 8;
const transactionsPerSecond = 400;
/** Milliseconds until every node is as it should be again. */
const recoveryLimitMs = 180_000;
/** Plain Patroni needs its ttl for each failover: a few show what there is to see. */
const mostPeerFailovers = 3;

/**
 * Changes of the leader while clients write through PgBouncer, one after the other on one database; and the same by
 * Patroni alone on the same nodes: its REST API without a pause of the poolers, its ttl without pgrow's monitor.
 */
export const measureMoves = async (bench: Bench, repeat: number): Promise<readonly OperationFigure[]> => {
  const name = 'moves';
  await run(bench, name, 'create', servicesPath, { name });
  try {
    await run(bench, name, 'jump', postgresPath(name, 'ha'), {
      enabled: true,
      failover_time: 10,
      pooling: { enabled: true },
    });
    const pooled = await endpointOf(bench, name, 'pooled');
    const workload = await startWorkload({
      endpoint: () => pooled,
      clients,
      maximumTransactionsPerSecond: transactionsPerSecond,
      statements: 'transaction',
    });
    const measured: OperationFigure[] = [];
    try {
      await workload.ready();
      const times = async (operation: OperationName, count: number, move: Move) => {
        for (let repetition = 1; repetition <= count; repetition += 1) {
          measured.push(await measureMove({ bench, name, workload, operation, repetition, move }));
        }
      };
      await times('switchover_ha', repeat, switchOver);
      await times('patroni_switchover', repeat, switchOverByPatroni);
      await times('failover', repeat, killLeader);
      await times('patroni_failover', Math.min(repeat, mostPeerFailovers), killLeaderUnseen);
      await run(bench, name, 'scale_down', postgresPath(name, 'scale-down'), { target: 'replicas', confirm: true });
      await times('switchover_replicas', repeat, switchOver);
    } catch (error) {
      await workload.stop({ keepRows: true });
      throw error;
    }
    const { lost } = await workload.stop();
    return measured.map((figure) => ({ ...figure, clients: figure.clients && { ...figure.clients, lost } }));
  } finally {
    await destroyDatabase({ ...bench, signal: new AbortController().signal }, name);
  }
};

interface MoveContext {
  readonly bench: Bench;
  readonly name: string;
  readonly round: Round;
  readonly operation: OperationName;
  readonly leader: string;
}

type Move = (context: MoveContext) => Promise<Omit<MeasuredOperation, keyof Round | 'operation' | 'load'>>;

interface Measure extends Omit<MoveContext, 'round' | 'leader'> {
  readonly workload: Workload;
  readonly repetition: number;
  readonly move: Move;
}

const measureMove = async (measure: Measure): Promise<OperationFigure> => {
  const { bench, name, workload, operation, repetition, move } = measure;
  bench.signal.throwIfAborted();
  const round: Round = { size: 'empty', repetition };
  const leader = await leaderOf(bench, name);
  workload.mark(operation);
  const figure = await move({ bench, name, round, operation, leader });
  await workload.nextAcknowledgement();
  const { longest_stall_ms, acknowledged, failed } = workload.mark(`after ${operation}`);
  const seen: ClientFigure = { endpoint: 'pooled', longest_stall_ms, acknowledged, failed, lost: null };
  bench.say(`  ${operation}: clients waited ${Math.round(longest_stall_ms)} ms, ${failed} failed, load ${load()}`);
  await untilHealthy(bench, name);
  return { ...round, operation, ...figure, clients: seen, load: load() };
};

const switchOver: Move = async ({ bench, name, round, operation }) =>
  measureOperation(bench, {
    ...round,
    operation,
    database: name,
    start: () => bench.api.post<StartedOperation>(postgresPath(name, 'switchover'), {}),
  });

const switchOverByPatroni: Move = ({ bench, name, leader }) =>
  timed(bench, name, leader, async (access) => {
    const candidate = (await membersOf(bench, name)).find((member) => member.role !== 'leader')?.name;
    const state = await bench.platform.inspectContainer(containerName(access.database, leader));
    const answer = await fetch(`http://${state?.address}:${ports.health}/switchover`, {
      method: 'POST',
      body: JSON.stringify({ leader, candidate }),
    });
    if (!answer.ok) throw new Error(`Patroni refused the switchover: ${await answer.text()}`);
  });

const killLeader: Move = ({ bench, name, leader }) =>
  timed(bench, name, leader, ({ database }) =>
    bench.platform.signalContainer(containerName(database, leader), 'SIGKILL'),
  );

/** With the monitor standing still, Patroni finds out by itself that its leader is gone. */
const killLeaderUnseen: Move = async (context) => {
  const monitor = Number(readFileSync(join(process.env['PGROW_HOME']!, 'run', 'monitor.pid'), 'utf8'));
  process.kill(monitor, 'SIGSTOP');
  try {
    return await killLeader(context);
  } finally {
    process.kill(monitor, 'SIGCONT');
  }
};

/** From the deed to the moment at which another leads. */
const timed = async (bench: Bench, name: string, leader: string, deed: (access: DatabaseAccess) => Promise<void>) => {
  const access = await accessDatabase(bench, name);
  const began = performance.now();
  await deed(access);
  await until(bench, `another leader than ${leader}`, async () => {
    const now = (await membersOf(bench, name)).find((member) => member.role === 'leader');
    return now !== undefined && now.name !== leader;
  });
  const took = Math.round(performance.now() - began);
  return { duration_ms: took, seen_ms: took, steps: [], overhead_per_step_ms: 0, held_ms: null };
};

const run = (bench: Bench, name: string, operation: OperationName, path: string, body: object) =>
  measureOperation(bench, {
    size: 'empty',
    repetition: 1,
    operation,
    database: name,
    start: () => bench.api.post<StartedOperation>(path, body),
  });

interface Health {
  readonly members: readonly { readonly name: string; readonly role: string }[];
}

const membersOf = async ({ api }: Bench, name: string): Promise<Health['members']> =>
  (await api.get<Health>(postgresPath(name, 'health'))).members;

const leaderOf = async (bench: Bench, name: string): Promise<string> => {
  const leader = (await membersOf(bench, name)).find((member) => member.role === 'leader');
  if (!leader) throw new Error(`Nobody leads ${name}.`);
  return leader.name;
};

const untilHealthy = (bench: Bench, name: string): Promise<void> =>
  until(bench, `${name} healthy`, async () => {
    const { health, operation } = await bench.api.get<{ health: string; operation: unknown }>(
      postgresPath(name, 'status'),
    );
    return health === 'healthy' && operation === null;
  });

const until = async ({ signal }: Bench, what: string, holds: () => Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + recoveryLimitMs;
  while (!(await holds())) {
    signal.throwIfAborted();
    if (performance.now() > deadline) throw new Error(`Waited ${recoveryLimitMs / 1000} s for ${what}.`);
    await delay(50);
  }
};
