import { PgrowError } from '../domain/errors.ts';
import type { Node } from '../domain/topology.ts';
import type { Platform } from '../platform/platform.ts';

/** A stop prepared inside the old primary, so that a single line triggers it and its last position comes back. */
export interface ArmedStop {
  /**
   * Fences and stops it; returns the position of its last checkpoint. Stopped already is success.
   * @throws PgrowError `verification_failed` when it was not shut down cleanly, `not_ready` when it does not say so in time
   */
  stop(haste: Haste): Promise<string>;
  /** No effect after `stop`, which cannot be cancelled. */
  cancel(): void;
}

/** How long a stop may take, and which receivers it waits for. */
export interface Haste {
  readonly limitMs: number;
  /** Address of the receiver that must have everything. */
  readonly successor: string;
  /** Process ids of the walsenders that are waited for. */
  readonly waitedFor: readonly number[];
}

const armLimitMs = 10_000;
/** For its answer to arrive; the server has ended within the limit itself, one way or the other. */
const answerMs = 500;
/** A node of an older image takes up to 30 s, whatever the limit. If we continued without it, it would stop and fence itself later. */
const unlimitedStopMs = 35_000;

/** @throws PgrowError `not_ready` when the node does not run, or belongs to another database */
export const armStop = async (
  platform: Platform,
  { name, container }: Node,
  systemIdentifier: string,
): Promise<ArmedStop> => {
  const exec = await platform.execInteractive(container, ['pgrow-stop-armed', '--system-identifier', systemIdentifier]);
  const clock = await exec
    .readLine(armLimitMs)
    .then((line) => readClock(name, line))
    .catch((error: unknown) => {
      exec.close();
      throw error;
    });
  return {
    async stop({ limitMs, successor, waitedFor }) {
      // In the node's own time: a node that was frozen must not stop its server after the hand-over has continued without it.
      const until = Math.round(clock.offsetMs + Date.now() + limitMs);
      exec.write(clock.known ? ['stop', until, successor, ...waitedFor].join(' ') : 'stop');
      const { error, state, checkpoint } = parse(
        await exec.readLine(clock.known ? limitMs + answerMs : unlimitedStopMs),
      );
      if (state === 'shut down' && checkpoint) return checkpoint;
      throw new PgrowError(
        'verification_failed',
        `${name} was not shut down cleanly: ${error ?? `it says "${state}"`}.`,
      );
    },
    cancel: () => exec.close(),
  };
};

/** Milliseconds between the node's clock and ours. A node of an older image does not report it and accepts no limit. */
const readClock = (name: string, line: string): { readonly known: boolean; readonly offsetMs: number } => {
  const [, time] = /^armed(?: (\d+))?$/.exec(line) ?? [null];
  if (time === null) throw new PgrowError('not_ready', `The stop of ${name} cannot be prepared: ${line}.`);
  return time === undefined ? { known: false, offsetMs: 0 } : { known: true, offsetMs: Number(time) - Date.now() };
};

interface ControlData {
  readonly error?: string;
  readonly state?: string;
  readonly checkpoint?: string;
}

const parse = (line: string): ControlData => {
  try {
    return JSON.parse(line) as ControlData;
  } catch {
    return { error: line };
  }
};
