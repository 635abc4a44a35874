import { PgrowError } from '../domain/errors.ts';
import type { Node } from '../domain/topology.ts';
import type { Platform } from '../platform/platform.ts';

/** A stop prepared inside the old primary, so that nothing but one line stands between us and its last word. */
export interface ArmedStop {
  /**
   * Fences and stops it; answers with the position of its last checkpoint. Stopped already is success.
   * @throws PgrowError `verification_failed` when it was not shut down cleanly
   */
  stop(): Promise<string>;
  /** Without effect once `stop` was called: that cannot be taken back. */
  cancel(): void;
}

const armLimitMs = 10_000;
/** Longer than the command itself takes at most, so that a stop that was asked for never comes after we have gone on. */
const stopLimitMs = 35_000;

/** @throws PgrowError `not_ready` when the node does not run, or is not the database that is meant */
export const armStop = async (
  platform: Platform,
  { name, container }: Node,
  systemIdentifier: string,
): Promise<ArmedStop> => {
  const exec = await platform.execInteractive(container, ['pgrow-stop-armed', '--system-identifier', systemIdentifier]);
  const first = await exec.readLine(armLimitMs).catch((error: unknown) => {
    exec.close();
    throw error;
  });
  if (first !== 'armed') {
    exec.close();
    throw new PgrowError('not_ready', `The stop of ${name} cannot be prepared: ${first}.`);
  }
  return {
    async stop() {
      exec.write('stop');
      const { error, state, checkpoint } = parse(await exec.readLine(stopLimitMs));
      if (state === 'shut down' && checkpoint) return checkpoint;
      throw new PgrowError(
        'verification_failed',
        `${name} was not shut down cleanly: ${error ?? `it says "${state}"`}.`,
      );
    },
    cancel: () => exec.close(),
  };
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
