import { z } from 'zod';
import { fencePath } from '../domain/container-spec.ts';
import { messageOf, PgrowError } from '../domain/errors.ts';
import { hasExited } from '../domain/exit-evidence.ts';
import type { NodeRef } from '../domain/topology.ts';
import type { Platform } from '../platform/platform.ts';
import { pollUntil } from './deadlines.ts';

/**
 * PostgreSQL, or Patroni with it, is stopped and started by the supervisor in its node (`images/postgres/bin/pgrow-server`), and
 * its container runs on: it keeps its address and the history of its health check. The engine does it for a node of an older
 * image, which has no such command, and where no command can be run.
 */

type Engine = Pick<Platform, 'inspectContainer' | 'stopContainer' | 'startContainer' | 'restartContainer' | 'exec'>;

/** Seconds for an orderly shutdown; past it the supervisor ends the server at once, and in the end kills it. */
const stopLimitSeconds = 20;
/** Seconds until a server takes connections; the wait that follows a start has a patience of its own. */
const startLimitSeconds = 5;
/** On top of a limit: a forced end, and the command's own start. */
const marginMs = 15_000;
/** A node that hangs must not hold up who looks at it. */
const statusLimitMs = 3000;

/** What became of a server that was stopped. */
export interface Stopped {
  /** `nobody`: its container did not run, and says nothing of how the server in it ended. */
  readonly by: 'supervisor' | 'engine' | 'nobody';
  /** As its files say: `shut down` and the like, and the position of its last checkpoint. Null where no supervisor has read them. */
  readonly control: { readonly state: string; readonly checkpoint: string } | null;
  /** How it ended: `orderly`, `immediate`, `killed`, or `by itself`; null where that is not known. */
  readonly how: string | null;
  /** Why the engine ended it, and no order; null where it did not. */
  readonly unordered: 'frozen' | 'no supervisor' | 'not obeyed' | null;
}

/** Until nothing of it runs, also after its container was restarted; stopped already is success. */
export const stopServer = async (engine: Engine, node: NodeRef, limitSeconds = stopLimitSeconds): Promise<Stopped> => {
  const state = await engine.inspectContainer(node.container);
  if (!state?.running) return { by: 'nobody', ...unsaid, unordered: null };
  // What is frozen takes no command.
  const told = state.frozen ? null : await tell(engine, node, 'stop', limitSeconds);
  if (told?.code === codes.done) {
    const { control = null, exit } = told.said;
    return { by: 'supervisor', control, how: exit?.how ?? null, unordered: null };
  }
  // One whose supervisor does not do it is not left half stopped: the engine kills what does not end.
  await engine.stopContainer(node.container, limitSeconds);
  return { by: 'engine', ...unsaid, unordered: state.frozen ? 'frozen' : told ? 'not obeyed' : 'no supervisor' };
};

const unsaid = { control: null, how: null } as const;

/**
 * Starts what the node is configured to be, and its container if that has exited. It may still be starting when this ends; a fenced
 * one stays down until its fence falls.
 * @throws PgrowError `node_failed` in the supervisor's words
 */
export const startServer = async (engine: Engine, node: NodeRef): Promise<void> => {
  await engine.startContainer(node.container);
  const told = await tell(engine, node, 'start', startLimitSeconds);
  if (told) refuseFailure(node, 'start', told);
};

/**
 * By Patroni where that runs it. `limitSeconds`: for an orderly end.
 * @throws PgrowError `node_failed` in the supervisor's words, or Patroni's
 */
export const restartServer = async (engine: Engine, node: NodeRef, limitSeconds = stopLimitSeconds): Promise<void> => {
  const told = await tell(engine, node, 'restart', limitSeconds);
  if (told) refuseFailure(node, 'restart', told);
  else await engine.restartContainer(node.container, limitSeconds);
};

/** Keeps whatever starts this volume's server from starting it. The container has exited: it takes files, and no command. */
export const fence = (engine: Pick<Platform, 'putFiles'>, { container }: NodeRef): Promise<void> =>
  engine.putFiles(container, [{ path: fencePath, content: '', mode: 0o644 }]);

/** Milliseconds for the engine to report the exit of what it has killed. */
const exitLimitMs = 15_000;

/**
 * By the engine, not by its supervisor: it must not be a primary for a moment longer, and what hangs takes no command.
 * @throws PgrowError `no_answer` while the engine does not show that it has exited: it may still take writes
 */
export const killServer = async (
  engine: Pick<Platform, 'inspectContainer' | 'signalContainer'>,
  { name, container }: NodeRef,
  limitMs = exitLimitMs,
): Promise<void> => {
  await engine.signalContainer(container, 'SIGKILL');
  const exited = async () => hasExited(await engine.inspectContainer(container), 'nothing reported');
  await pollUntil(limitMs, `the engine to show that ${name} has exited`, exited).catch((error: unknown) => {
    throw new PgrowError(
      'no_answer',
      `${name} may still take writes, so nothing takes over from it. ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  });
};

/** Lets a server run again that a hand-over stopped; not being fenced is success. */
export const unfence = async (engine: Pick<Engine, 'exec'>, node: NodeRef): Promise<void> => {
  const { exitCode, stderr } = await engine.exec(node.container, ['pgrow-unfence']);
  if (exitCode !== 0) throw new PgrowError('internal', `${node.name} cannot be unfenced: ${stderr.trim()}.`);
};

/** Whether a server that does not answer is kept down on purpose, and how; null where that is not known. Never an error. */
export const whyKeptDown = async (
  engine: Pick<Engine, 'exec'>,
  node: NodeRef,
): Promise<'stopped' | 'fenced' | null> => {
  const told = await tell(engine, node, 'status', 0).catch(() => null);
  if (told?.code !== codes.done || told.said.running !== false) return null;
  const { state } = told.said;
  return state === 'stopped' || state === 'fenced' ? state : null;
};

/** Of `pgrow-server`. */
const codes = { done: 0, fenced: 3, late: 5 } as const;

/** What the engine says of a command that the image does not have. */
const noSuchCommand: readonly number[] = [126, 127];

const answer = z.object({
  state: z.string().optional(),
  running: z.boolean().optional(),
  exit: z.object({ how: z.string() }).nullish(),
  control: z.object({ state: z.string(), checkpoint: z.string() }).optional(),
  error: z.string().optional(),
});

interface Told {
  readonly code: number;
  readonly said: z.infer<typeof answer>;
}

/** Null where its image does not know the command. */
const tell = async (
  engine: Pick<Engine, 'exec'>,
  { container }: NodeRef,
  action: 'stop' | 'start' | 'restart' | 'status',
  limitSeconds: number,
): Promise<Told | null> => {
  const command = ['pgrow-server', action, '--timeout', String(limitSeconds)];
  // A restart is a stop and a start.
  const timeoutMs = action === 'status' ? statusLimitMs : 2 * limitSeconds * 1000 + marginMs;
  const { exitCode, stdout, stderr } = await engine.exec(container, command, undefined, { timeoutMs });
  if (noSuchCommand.includes(exitCode)) return null;
  return { code: exitCode, said: read(stdout) ?? { error: stderr.trim() || stdout.trim() } };
};

const read = (stdout: string): z.infer<typeof answer> | null => {
  try {
    return answer.parse(JSON.parse(stdout));
  } catch {
    return null;
  }
};

const refuseFailure = ({ name }: NodeRef, action: string, { code, said }: Told): void => {
  if (code === codes.done || code === codes.late || code === codes.fenced) return;
  throw new PgrowError('node_failed', `${name} does not ${action}: ${said.error || `exit code ${code}`}.`);
};
