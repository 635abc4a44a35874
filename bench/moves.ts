import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { postgresPath, servicesPath } from '../src/cli/api-client.ts';
import type { StartedOperation } from '../src/cli/change.ts';
import { containerName, ports } from '../src/domain/naming.ts';
import type { Bench } from './bench.ts';
import { accessDatabase, type DatabaseAccess } from './database-access.ts';
import type { OperationFigure, OperationName } from './figures.ts';
import { measureMove, mostPeerFailovers, timed, withLosses } from './measure-move.ts';
import type { MeasuredMove, Moved } from './measure-move.ts';
import { destroyDatabase, endpointOf, measureOperation } from './operation.ts';
import type { Trace } from './picture/traces.ts';
import { closeWindow, untilHealthy } from './settled.ts';
import { startWriters } from './writers.ts';

interface MeasureMoves {
  readonly repeat: number;
  /** Keeps what the picture needs. */
  readonly traced: boolean;
}

interface MeasuredMoves {
  readonly operations: readonly OperationFigure[];
  readonly traces: readonly Trace[];
}

/**
 * Changes of the leader while clients write through PgBouncer, one after the other on one database; and the same by
 * Patroni alone on the same nodes: its REST API without a pause of the poolers, its ttl without pgrow's monitor.
 */
export const measureMoves = async (bench: Bench, { repeat, traced }: MeasureMoves): Promise<MeasuredMoves> => {
  const name = 'moves';
  await run(bench, name, 'create', servicesPath(), { name });
  try {
    await run(bench, name, 'jump', postgresPath(name, 'ha'), {
      enabled: true,
      failover_time: 10,
      pooling: { enabled: true },
    });
    await closeWindow(bench, name);
    const pooled = await endpointOf(bench, name, 'pooled');
    const operations: OperationFigure[] = [];
    const traces: Trace[] = [];
    // Writers of their own for each kind: without a sync mode a kill can lose writes, which no planned move must answer for.
    const times = async (operation: OperationName, count: number, move: Move): Promise<void> => {
      const measured: MeasuredMove[] = [];
      const writers = await startWriters(() => pooled);
      try {
        await writers.ready();
        for (let repetition = 1; repetition <= count; repetition += 1) {
          const leader = await leaderOf(bench, name);
          const access = await accessDatabase(bench, name);
          const context: MoveContext = { bench, name, repetition, operation, leader, access };
          measured.push(
            await measureMove({
              bench,
              writers,
              operation,
              repetition,
              traced,
              endpoint: 'pooled',
              move: () => move(context),
              settle: () => untilHealthy(bench, name),
            }),
          );
        }
      } catch (error) {
        await writers.stop({ keepRows: true });
        throw error;
      }
      const { lost } = await writers.stop();
      operations.push(...withLosses(measured, lost));
      traces.push(...measured.flatMap(({ trace }) => trace ?? []));
    };
    await times('switchover_ha', repeat, switchOver);
    await times('patroni_switchover', repeat, switchOverByPatroni);
    await times('failover', repeat, killLeader);
    await times('patroni_failover', Math.min(repeat, mostPeerFailovers), killLeaderUnseen);
    await run(bench, name, 'scale_down', postgresPath(name, 'scale-down'), { target: 'replicas', confirm: true });
    await times('switchover_replicas', repeat, switchOver);
    return { operations, traces };
  } finally {
    await destroyDatabase({ ...bench, signal: new AbortController().signal }, name);
  }
};

interface MoveContext {
  readonly bench: Bench;
  readonly name: string;
  readonly repetition: number;
  readonly operation: OperationName;
  readonly leader: string;
  readonly access: DatabaseAccess;
}

type Move = (context: MoveContext) => Promise<Moved>;

const switchOver: Move = async ({ bench, name, repetition, operation }) => {
  const began_at = performance.now();
  const measured = await measureOperation(bench, {
    size: 'empty',
    repetition,
    operation,
    database: name,
    start: () => bench.api.post<StartedOperation>(postgresPath(name, 'switchover'), {}),
  });
  return { ...measured, began_at };
};

const switchOverByPatroni: Move = async (context) => {
  const { bench, name, leader, access } = context;
  const candidate = (await membersOf(bench, name)).find((member) => member.role !== 'leader')?.name;
  const state = await bench.platform.inspectContainer(containerName(access.database, leader));
  return untilAnotherLeads(context, async () => {
    const answer = await fetch(`http://${state?.address}:${ports.health}/switchover`, {
      method: 'POST',
      body: JSON.stringify({ leader, candidate }),
    });
    if (!answer.ok) throw new Error(`Patroni refused the switchover: ${await answer.text()}`);
  });
};

const killLeader: Move = (context) =>
  untilAnotherLeads(context, () =>
    context.bench.platform.signalContainer(containerName(context.access.database, context.leader), 'SIGKILL'),
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

const untilAnotherLeads = ({ bench, name, leader }: MoveContext, deed: () => Promise<void>): Promise<Moved> =>
  timed(bench, `another leader than ${leader}`, deed, async () => {
    const now = (await membersOf(bench, name)).find((member) => member.role === 'leader');
    return now !== undefined && now.name !== leader;
  });

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
  if (!leader) throw new Error(`No server leads ${name}.`);
  return leader.name;
};
