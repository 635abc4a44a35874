import type { CutOver } from '../domain/step-actions.ts';
import { messageOf, PgrowError } from '../domain/errors.ts';
import { answerWithinMs, clientsWaitAtMostMs, routersHoldAtMostMs } from '../domain/hand-over-limits.ts';
import type { Node } from '../domain/topology.ts';
import type { Platform } from '../platform/platform.ts';
import { withTimeLimit } from './deadlines.ts';

/**
 * A timer beside everything that is held: it releases by itself if the process that armed it dies. While a hand-over has
 * armed it, only that hand-over holds and releases the clients of that pooler.
 */

/** Milliseconds. If one node hangs, the dead-men armed on the others must still have most of their time left. */
const armWithinMs = 2000;

/** @throws when a node does not answer */
export const armPooler = (platform: Platform, pooler: Node): Promise<void> =>
  arm(platform, pooler, [String(clientsWaitAtMostMs)]);

/** After this, a router's own checks find whichever of these servers takes writes. */
export const armRouter = (
  platform: Platform,
  router: Node,
  { from, to }: Pick<CutOver, 'from' | 'to'>,
): Promise<void> => arm(platform, router, [String(routersHoldAtMostMs), from.name, to.name]);

const arm = async (platform: Platform, { name, container }: Node, words: readonly string[]): Promise<void> => {
  const command = ['pgrow-deadman', ...words];
  const { exitCode, stderr } = await withTimeLimit(
    armWithinMs,
    `${name} does not answer`,
    platform.exec(container, command),
  );
  if (exitCode !== 0) throw new PgrowError('not_ready', `${name} cannot be held: ${stderr.trim()}.`);
};

/** Succeeds if it is not armed or no longer exists. */
export const disarm = async (platform: Platform, nodes: readonly Node[]): Promise<void> => {
  const command = ['pgrow-deadman', 'disarm'];
  await Promise.allSettled(
    nodes.map(({ name, container }) => withTimeLimit(armWithinMs, `${name} hangs`, platform.exec(container, command))),
  );
};

/** Exit code of an image that does not know the command. */
const usageError = 2;

/**
 * Releases the clients that a hand-over holds, this one or an interrupted one; others stay held.
 * From inside the pooler, because the connection on which PAUSE waits answers nothing else. One that cannot be reached is
 * not waited for: its dead-man resumes it.
 */
export const releasePoolers = async (platform: Platform, poolers: readonly Node[]): Promise<void> => {
  await Promise.allSettled(
    poolers.map((pooler) =>
      withTimeLimit(releaseWithinMs, `${pooler.name} does not resume`, releasePooler(platform, pooler)),
    ),
  );
};

const releaseWithinMs = 5000;

const releasePooler = async (platform: Platform, { container }: Node): Promise<void> => {
  const { exitCode } = await platform.exec(container, ['pgrow-deadman', 'release']);
  if (exitCode !== usageError) return;
  await platform.exec(container, ['pgrow-resume']);
  await platform.exec(container, ['pgrow-deadman', 'disarm']);
};

/** A dead-man that releases its clients when the connection to it ends, or after its limit. */
export interface AttachedDeadMan {
  /** @throws PgrowError `refused` while an operation holds these clients, else when the pooler no longer listens */
  hold(): Promise<void>;
  free(): Promise<void>;
  /** @throws when the pooler no longer listens */
  ping(): Promise<void>;
  close(): void;
}

/** @throws when the pooler does not answer */
export const attachDeadMan = async (platform: Platform, { name, container }: Node): Promise<AttachedDeadMan> => {
  const exec = await platform.execInteractive(container, ['pgrow-deadman', 'listen']);
  let last: Promise<unknown> = Promise.resolve();
  const tell = async (line: string): Promise<void> => {
    // Sent at once; answers arrive in the order of the requests.
    exec.write(line);
    const answer = last.then(() => exec.readLine(answerWithinMs * 2));
    last = answer.catch(() => undefined);
    if ((await answer) === 'armed') throw new PgrowError('refused', `${name} is held by an operation.`);
  };
  try {
    await tell('ping');
  } catch (error) {
    // Only ending the exec ends the command inside.
    exec.close();
    throw new PgrowError('no_answer', `The dead-man of ${name} does not answer: ${messageOf(error)}`, { cause: error });
  }
  return {
    hold: () => tell(`hold ${clientsWaitAtMostMs}`),
    free: () => tell('free'),
    ping: () => tell('ping'),
    close: () => exec.close(),
  };
};
