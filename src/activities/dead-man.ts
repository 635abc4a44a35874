import type { CutOver } from '../domain/actions.ts';
import type { Node } from '../domain/topology.ts';
import type { Platform } from '../platform/platform.ts';

/** A timer beside whatever is held: it lets go by itself, whatever became of whoever asked for it. */

/** Milliseconds after which a pooler resumes. */
const poolerMs = 10_000;
/** Sooner, so that clients of a pooler that resumes find a way: milliseconds after which a router looks for itself. */
const routerMs = 8000;

/** @throws when a node does not answer */
export const armPooler = async (platform: Platform, { container }: Node): Promise<void> => {
  await platform.exec(container, ['pgrow-deadman', String(poolerMs)]);
};

/** A dead-man that lets go when the line to it ends, or when it has held for long. */
export interface AttachedDeadMan {
  hold(): Promise<void>;
  free(): Promise<void>;
  /** @throws when nobody listens any more */
  ping(): Promise<void>;
  close(): void;
}

const answerLimitMs = 2000;

/** @throws when the pooler does not answer */
export const attachDeadMan = async (platform: Platform, { container }: Node): Promise<AttachedDeadMan> => {
  const exec = await platform.execInteractive(container, ['pgrow-deadman', 'listen']);
  let last: Promise<unknown> = Promise.resolve();
  const tell = async (line: string): Promise<void> => {
    // Sent at once; answers come in the order of the questions.
    exec.write(line);
    const answer = last.then(() => exec.readLine(answerLimitMs));
    last = answer.catch(() => undefined);
    await answer;
  };
  try {
    await tell('ping');
  } catch (error) {
    exec.close();
    throw error;
  }
  return {
    hold: () => tell(`hold ${poolerMs}`),
    free: () => tell('free'),
    ping: () => tell('ping'),
    close: () => exec.close(),
  };
};

/** After it, whichever of these servers takes writes is the one that a router's own checks find. */
export const armRouter = async (
  platform: Platform,
  { container }: Node,
  { from, to }: Pick<CutOver, 'from' | 'to'>,
): Promise<void> => {
  await platform.exec(container, ['pgrow-deadman', String(routerMs), from.name, to.name]);
};

/** Not armed, or gone, is success. */
export const disarm = async (platform: Platform, nodes: readonly Node[]): Promise<void> => {
  await Promise.allSettled(nodes.map(({ container }) => platform.exec(container, ['pgrow-deadman', 'disarm'])));
};
