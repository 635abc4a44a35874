import Docker from 'dockerode';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { dataPath } from '../../src/domain/container-spec.ts';
import { labelNames } from '../../src/domain/naming.ts';
import type { OperationDocument, StepStatus } from '../../src/domain/operation.ts';
import type { Breakpoint } from '../../src/worker/breakpoints.ts';
import type { ControlPlane } from './control-plane.ts';
import { retryUntil } from './retry-until.ts';
import type { ManagedDatabase } from './stack.ts';

/** What can go wrong, done to a running database on purpose; each fault says that it has taken effect. */

const engine = new Docker();

/** Machines under test are busy. Milliseconds. */
const patienceMs = 240_000;

/** Looks until this step, by a part of its name, is or has been in one of these states. */
export const untilStep = (
  database: ManagedDatabase,
  { id }: Pick<OperationDocument, 'id'>,
  name: string,
  statuses: readonly StepStatus[] = ['running'],
): Promise<OperationDocument['steps'][number]> =>
  retryUntil(
    `step "${name}" of ${database.name} ${statuses.join(' or ')}`,
    async () => {
      const operation = await database.operation(id);
      const step = operation.steps.find((candidate) => candidate.name.includes(name));
      if (step && statuses.includes(step.status)) return step;
      throw new Error(`operation ${operation.status}, step ${step?.status ?? 'unknown'}`);
    },
    patienceMs,
  );

/** Until a step says this of what it waits for. */
export const untilStepSays = (
  database: ManagedDatabase,
  { id }: Pick<OperationDocument, 'id'>,
  name: string,
  words: RegExp,
): Promise<string> =>
  retryUntil(
    `step "${name}" of ${database.name} to say ${words}`,
    async () => {
      const { steps, status } = await database.operation(id);
      const detail = steps.find((candidate) => candidate.name.includes(name))?.detail ?? '';
      if (words.test(detail)) return detail;
      throw new Error(`operation ${status}, the step says "${detail}"`);
    },
    patienceMs,
  );

/** Kills the worker as a crash would: it gets to do nothing any more. */
export const killWorker = (plane: ControlPlane): Promise<void> => killProgram(plane, 'worker');

/** The same for the monitor: from now on Patroni is alone. */
export const killMonitor = (plane: ControlPlane): Promise<void> => killProgram(plane, 'monitor');

const killProgram = async ({ home }: ControlPlane, program: 'worker' | 'monitor'): Promise<void> => {
  const pid = Number(readFileSync(join(home, 'run', `${program}.pid`), 'utf8'));
  process.kill(pid, 'SIGKILL');
  await retryUntil(`${program} ${pid} gone`, async () => expect(() => process.kill(pid, 0)).toThrow());
};

/** Kills the worker at exactly this line of whatever `start` begins. */
export const killWorkerAt = async (
  plane: ControlPlane,
  breakpoint: Breakpoint,
  start: () => Promise<unknown>,
): Promise<void> => {
  writeFileSync(plane.breakpoints, JSON.stringify(breakpoint));
  await start();
  const reached = async () => expect(existsSync(plane.breakpoints)).toBe(false);
  await retryUntil(`the worker at ${breakpoint.at}`, reached, patienceMs);
  await killWorker(plane);
};

/** The container of a node, also of one that is only being made or stands still; waits until it runs. */
export const containerOf = (database: ManagedDatabase, node: string): Promise<Docker.Container> =>
  retryUntil(
    `container of ${node} of ${database.name}`,
    async () => {
      const [found] = await runningNodes(database, [node], ['running', 'paused']);
      if (!found) throw new Error('there is none that runs');
      return engine.getContainer(found.Id);
    },
    patienceMs,
  );

/** Pauses every new container of these nodes until the operation has ended; returns how many of each there were. */
export const pauseWhenever = async (
  database: ManagedDatabase,
  nodes: readonly string[],
  operation: Pick<OperationDocument, 'id'>,
): Promise<Readonly<Record<string, number>>> => {
  const paused = new Map<string, Set<string>>(nodes.map((node) => [node, new Set()]));
  const watched = { running: true };
  const end = database.endOf(operation).finally(() => (watched.running = false));
  while (watched.running) {
    for (const { Id, Labels } of await runningNodes(database, nodes)) {
      const known = paused.get(Labels[labelNames.node] ?? '');
      if (!known || known.has(Id)) continue;
      const isPaused = await engine.getContainer(Id).pause().then(yes, no);
      if (isPaused) known.add(Id);
    }
  }
  await end;
  return Object.fromEntries([...paused].map(([node, containers]) => [node, containers.size]));
};

const yes = (): boolean => true;
/** It went away between the look and the deed. */
const no = (): boolean => false;

const runningNodes = async (
  database: ManagedDatabase,
  nodes: readonly string[],
  status: ('running' | 'paused')[] = ['running'],
) => {
  const label = [`${labelNames.databaseName}=${database.name}`];
  const containers = await engine.listContainers({ filters: { label, status } });
  return containers.filter(({ Labels }) => nodes.includes(Labels[labelNames.node] ?? ''));
};

/** Its container and its volume, as someone removes them by hand. */
export const loseNode = async (database: ManagedDatabase, node: string): Promise<void> => {
  const container = await containerOf(database, node);
  const { Mounts } = await container.inspect();
  await container.remove({ force: true });
  for (const { Type, Name } of Mounts) if (Type === 'volume' && Name) await engine.getVolume(Name).remove();
};

/** Someone else's container on a volume of ours, so that the engine refuses to remove it. Resolves to its removal. */
export const occupyVolume = async (volume: string, image: string): Promise<() => Promise<void>> => {
  const container = await engine.createContainer({
    name: `${volume}-foreign`,
    Image: image,
    Entrypoint: ['true'],
    HostConfig: { Binds: [`${volume}:/occupied`] },
  });
  return async () => {
    await container.remove({ force: true, v: true });
  };
};

/** Volume and image of a node that is being made. */
export const volumeOf = async (database: ManagedDatabase, node: string): Promise<{ volume: string; image: string }> => {
  const { Mounts, Config } = await (await containerOf(database, node)).inspect();
  const volume = Mounts.find(({ Destination: path }) => Object.values(dataPath).includes(path))?.Name;
  if (!volume) throw new Error(`${node} has no volume`);
  return { volume, image: Config.Image };
};

/** Out of its database's networks, as with its cables pulled. */
export const cutOffNode = async (container: string): Promise<void> => {
  const { NetworkSettings } = await engine.getContainer(container).inspect();
  for (const network of Object.keys(NetworkSettings.Networks))
    await engine.getNetwork(network).disconnect({ Container: container, Force: true });
  const after = await engine.getContainer(container).inspect();
  expect(Object.keys(after.NetworkSettings.Networks)).toEqual([]);
};

/**
 * Its processes stand still and keep everything they hold, as on a host that hangs. Tried again: the engine gives up with
 * "unable to freeze" while a process in it cannot be stopped, for instance as its health check starts one.
 */
export const freezeNode = async (container: string): Promise<void> => {
  await retryUntil(`${container} to freeze`, () => engine.getContainer(container).pause());
  expect((await engine.getContainer(container).inspect()).State.Paused).toBe(true);
};

/** A new node of this name stands still, as if its machine were busy with something else, until the result is called. */
export const holdNode = async (database: ManagedDatabase, node: string): Promise<() => Promise<void>> => {
  const container = await containerOf(database, node);
  await freezeNode(container.id);
  return async () => {
    await container.unpause();
  };
};

/** What a command inside a node says, also in one that is only being made. Tried until it succeeds. */
export const inside = (database: ManagedDatabase, node: string, ...command: string[]): Promise<string> =>
  retryUntil(
    `${command.join(' ')} on ${node}`,
    async () => {
      const { id } = await containerOf(database, node);
      const { exitCode, stdout, stderr } = await database.plane.platform.exec(id, command);
      if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${stderr}${stdout}`);
      return stdout.trim();
    },
    patienceMs,
  );

/** HAProxy's answer on its own socket. */
export const askRouter = (database: ManagedDatabase, router: string, command: string): Promise<string> => {
  const script = 'echo "$0" | socat -t5 - UNIX-CONNECT:/run/haproxy/runtime.sock';
  return inside(database, router, 'sh', '-c', script, command);
};

/** Adds a route to the routing table that rejects one address (rtentry in linux/route.h, ioctl SIOCADDRT). */
const rejectAddress = `
import fcntl, socket, struct, sys
address = lambda host: struct.pack('=HH4s8x', socket.AF_INET, 0, socket.inet_aton(host))
up, host, reject = 0x1, 0x4, 0x200
anywhere = address('0.0.0.0')
entry = struct.pack('@L16s16s16sHhLPhPLLH', 0, address(sys.argv[1]), anywhere, anywhere, up | host | reject, *[0] * 8)
fcntl.ioctl(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), 0x890B, entry)
`;

/** From now on one node reaches nothing on another; everybody else does. */
export const cutOff = async (database: ManagedDatabase, node: string, from: string): Promise<void> => {
  const [there, here] = await Promise.all([from, node].map((name) => containerOf(database, name)));
  const { NetworkSettings, Config } = await there!.inspect();
  const [network] = Object.values(NetworkSettings.Networks);
  const router = await engine.createContainer({
    Image: Config.Image,
    Entrypoint: ['python3', '-c', rejectAddress, network!.IPAddress],
    Cmd: [],
    User: '0',
    HostConfig: { NetworkMode: `container:${here!.id}`, CapAdd: ['NET_ADMIN'] },
  });
  try {
    await router.start();
    const { StatusCode } = await router.wait();
    const output = (await router.logs({ stdout: true, stderr: true, follow: false })).toString();
    expect({ StatusCode, output }).toEqual({ StatusCode: 0, output: '' });
  } finally {
    await router.remove({ force: true });
  }
};
