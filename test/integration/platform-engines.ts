import { createServer, type AddressInfo } from 'node:net';
import Docker from 'dockerode';

import { createDockerPlatform } from '../../src/platform/docker/index.ts';
import { createFakePlatform, type FakePlatform } from '../../src/platform/fake/index.ts';
import type { Platform } from '../../src/platform/platform.ts';

/** An engine under test, and what the suite needs done outside the platform's interface. */
export interface Engine {
  readonly platform: Platform;
  /** The same engine, giving up a removal after a moment. */
  readonly impatient: Platform;
  /** Makes the process of a container that runs `crashableScript` exit with code 7 by itself. */
  readonly crash: (container: string) => Promise<void>;
  /** Takes a container out of a network, as someone does by hand. */
  readonly disconnect: (container: string, network: string) => Promise<void>;
  /** Listens on a loopback port as a program outside the engine; the result lets it go. */
  readonly takePort: (port: number) => Promise<() => Promise<void>>;
}

export const missingImage = 'pgrow/never-built:1';
export const image = 'pgrow/base:trixie';

/** Exits with 7 on USR1, takes HUP without harm, and says when it is ready for both. */
export const crashableScript = ['sh', '-c', 'trap "exit 7" USR1; trap : HUP; echo ready; while :; do sleep 0.05; done'];
export const talkativeScript = ['sh', '-c', 'echo one; echo two >&2; echo three; exec sleep 1000'];
export const bothOutputsScript = ['sh', '-c', 'echo out; echo err >&2; exit 3'];
export const dialogueScript = ['sh', '-c', 'echo armed; read line; echo "got $line"; cat >/dev/null; echo bye'];

export const dockerEngine = (): Engine => {
  const platform = createDockerPlatform();
  return {
    platform,
    impatient: createDockerPlatform({ removalTimeoutMs: 200 }),
    crash: (container) => platform.signalContainer(container, 'USR1'),
    disconnect: async (container, network) => {
      await new Docker().getNetwork(network).disconnect({ Container: container, Force: true });
    },
    takePort: listen,
  };
};

export const fakeEngine = (): Engine => {
  const fake = createFakePlatform({ removalTimeoutMs: 500 });
  fake.removeImage(missingImage);
  teachCommands(fake);
  return {
    platform: fake,
    impatient: fake,
    crash: async (container) => fake.kill(container, 7),
    disconnect: async (container, network) => fake.disconnect(container, network),
    takePort: async (port) => {
      const release = fake.takePort(port);
      return async () => release();
    },
  };
};

/** What the suite's commands do in a real container. */
const teachCommands = (fake: FakePlatform): void => {
  fake.onStart(({ name, command = [] }) => {
    if (command === crashableScript) fake.print(name, 'ready\n');
    if (command === talkativeScript) fake.print(name, 'one\ntwo\nthree\n');
    const exitCode = /^exit (\d+)$/.exec(command[2] ?? '')?.[1];
    return exitCode === undefined ? undefined : Number(exitCode);
  });
  fake.onExec(({ container, command, stdin }) => {
    const [program, path = ''] = [command[0], command.at(-1)];
    if (command === bothOutputsScript) return { stdout: 'out\n', stderr: 'err\n', exitCode: 3 };
    if (program === 'no-such-program') return { exitCode: 126 };
    if (program === 'cat' && stdin !== undefined) return { stdout: stdin };
    const file = fake.files(container.name)[path];
    if (program === 'cat') return file ? { stdout: file.content } : { exitCode: 1, stderr: `cat: ${path}: absent` };
    if (program === 'stat' && file) return { stdout: `999:999 ${file.mode.toString(8)}\n` };
    return undefined;
  });
  fake.onInteractiveExec(async function* (_command, input) {
    const lines = input[Symbol.asyncIterator]();
    yield 'armed';
    yield `got ${(await lines.next()).value}`;
    while (!(await lines.next()).done);
    yield 'bye';
  });
};

export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

const listen = async (port: number): Promise<() => Promise<void>> => {
  const server = createServer().listen(port, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return () => new Promise((resolve) => server.close(() => resolve()));
};
