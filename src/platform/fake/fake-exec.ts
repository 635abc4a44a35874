import { PgrowError } from '../../domain/errors.ts';
import { createLineQueue, type LineQueue } from '../line-queue.ts';
import { containerStopped } from '../platform-errors.ts';
import type { ContainerSpec, ExecResult, Platform } from '../platform.ts';
import { existing } from './fake-state.ts';
import type { FakeState } from './fake-state.ts';

export interface FakeCommand {
  readonly container: ContainerSpec;
  readonly command: readonly string[];
  readonly stdin: string | undefined;
}

/** What a command does; undefined leaves it to the handler registered before. */
export type ExecHandler = (
  command: FakeCommand,
) => Partial<ExecResult> | undefined | Promise<Partial<ExecResult> | undefined>;

/** What a connected command does: reads lines of `input` until its end, yields lines of output. */
export type InteractiveHandler = (
  command: Omit<FakeCommand, 'stdin'>,
  input: AsyncIterable<string>,
) => AsyncIterable<string> | undefined;

export interface ExecHandlers {
  readonly exec: ExecHandler[];
  readonly interactive: InteractiveHandler[];
}

export const fakeExec = (state: FakeState, handlers: ExecHandlers): Pick<Platform, 'exec' | 'execInteractive'> => {
  const running = (name: string, command: readonly string[]): ContainerSpec => {
    const attempt = `run ${command[0]} in`;
    const container = existing(state, name, attempt);
    if (!container.running) throw containerStopped(attempt, name);
    return container.spec;
  };

  return {
    exec: async (name, command, stdin) => {
      const container = running(name, command);
      for (const handler of handlers.exec.toReversed()) {
        const result = await handler({ container, command, stdin });
        if (result) return { exitCode: 0, stdout: '', stderr: '', ...result };
      }
      return { exitCode: 0, stdout: '', stderr: '' };
    },

    execInteractive: async (name, command) => {
      const container = running(name, command);
      const source = `${command[0]} in ${name}`;
      const [input, output] = [createLineQueue(source), createLineQueue(source)];
      const reason = new PgrowError('node_failed', `${source} ended.`);
      const answers = handlers.interactive
        .toReversed()
        .map((handler) => handler({ container, command }, linesOf(input)))
        .find((candidate) => candidate !== undefined);
      void print(answers, output).then(
        () => output.end(reason),
        (error: unknown) => output.end(error instanceof Error ? error : reason),
      );
      return {
        write: (line) => input.push(Buffer.from(`${line}\n`)),
        readLine: (timeoutMs) => output.readLine(timeoutMs),
        close: () => input.end(reason),
      };
    },
  };
};

const linesOf = async function* (input: LineQueue): AsyncGenerator<string> {
  for (;;) {
    const line = await input.readLine(Infinity).catch(() => null);
    if (line === null) return;
    yield line;
  }
};

const print = async (answers: AsyncIterable<string> | undefined, output: LineQueue): Promise<void> => {
  for await (const line of answers ?? []) output.push(Buffer.from(`${line}\n`));
};
