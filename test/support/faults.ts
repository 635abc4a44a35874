import Docker from 'dockerode';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { labelNames } from '../../src/domain/naming.ts';
import type { OperationDocument, StepStatus } from '../../src/domain/operation.ts';
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
export const killWorker = async ({ home }: ControlPlane): Promise<void> => {
  const pid = Number(readFileSync(join(home, 'run', 'worker.pid'), 'utf8'));
  process.kill(pid, 'SIGKILL');
  await retryUntil(`worker ${pid} gone`, async () => expect(() => process.kill(pid, 0)).toThrow());
};

/** The container of a node, also of one that is only being made; waits until it runs. */
export const containerOf = (database: ManagedDatabase, node: string): Promise<Docker.Container> =>
  retryUntil(
    `container of ${node} of ${database.name}`,
    async () => {
      const [found] = await runningNodes(database, [node]);
      if (!found) throw new Error('there is none that runs');
      return engine.getContainer(found.Id);
    },
    patienceMs,
  );

/** Pauses every new container of these nodes until the operation has ended; answers with how many of each there were. */
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

const runningNodes = async (database: ManagedDatabase, nodes: readonly string[]) => {
  const label = [`${labelNames.databaseName}=${database.name}`];
  const containers = await engine.listContainers({ filters: { label, status: ['running'] } });
  return containers.filter(({ Labels }) => nodes.includes(Labels[labelNames.node] ?? ''));
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
    await container.remove({ force: true });
  };
};

/** Volume and image of a node that is being made. */
export const volumeOf = async (database: ManagedDatabase, node: string): Promise<{ volume: string; image: string }> => {
  const { Mounts, Config } = await (await containerOf(database, node)).inspect();
  const volume = Mounts.find(({ Type }) => Type === 'volume')?.Name;
  if (!volume) throw new Error(`${node} has no volume`);
  return { volume, image: Config.Image };
};

/** Its processes stand still and keep everything they hold, as on a host that hangs. */
export const freezeNode = async (container: string): Promise<void> => {
  await engine.getContainer(container).pause();
  expect((await engine.getContainer(container).inspect()).State.Paused).toBe(true);
};
