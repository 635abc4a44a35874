import { randomUUID } from 'node:crypto';

import { afterAll, afterEach, beforeAll, describe, expect, vi } from 'vitest';

import type { ContainerSpec } from '../../src/platform/platform.ts';
import { dockerEngine, fakeEngine, image, type Engine } from './platform-engines.ts';

/** One engine with a network of its own, and words for what the suite does on it. */
export interface Bench extends Engine {
  /** Prefix of every name, and the name of the network. */
  readonly stack: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: (more?: Partial<ContainerSpec>) => ContainerSpec;
  /** Their results are the container's name. */
  readonly created: (more?: Partial<ContainerSpec>) => Promise<string>;
  readonly started: (more?: Partial<ContainerSpec>) => Promise<string>;
}

/** The same suite for both engines: so the fake, on which workflows are tested, behaves as Docker. Removes everything. */
export const onEveryEngine = (subject: string, suite: (bench: Bench) => void): void => {
  const engines = [
    { name: 'Docker', engine: dockerEngine() },
    { name: 'the fake', engine: fakeEngine() },
  ];
  describe.each(engines)(`${subject} of $name`, { timeout: 60_000 }, ({ engine }) => {
    const bench = benchOn(engine);
    const { platform, stack, labels } = bench;
    const removeContainers = async (): Promise<void> => {
      const { containers, volumes } = await platform.findByLabels(labels);
      for (const name of containers) await platform.removeContainer(name);
      for (const name of volumes) await platform.removeVolume(name);
    };
    beforeAll(() => platform.ensureNetwork({ name: stack, labels }));
    afterEach(removeContainers);
    afterAll(async () => {
      await removeContainers();
      for (const name of (await platform.findByLabels(labels)).networks) await platform.removeNetwork(name);
      expect(await platform.findByLabels(labels)).toEqual({ containers: [], volumes: [], networks: [] });
    });
    suite(bench);
  });
};

export const waitUntil = (condition: () => Promise<void>): Promise<void> =>
  vi.waitFor(condition, { timeout: 20_000, interval: 20 });

/** Three callers at once. */
export const everywhere = async (call: () => Promise<unknown>): Promise<void> => {
  await Promise.all([call(), call(), call()]);
};

const benchOn = (engine: Engine): Bench => {
  const stack = `pgrow-test-${randomUUID().slice(0, 8)}`;
  const labels = { 'pgrow.test': stack };
  let count = 0;

  const spec = (more: Partial<ContainerSpec> = {}): ContainerSpec => ({
    name: `${stack}-${++count}`,
    image,
    hostname: `node-${count}`,
    command: ['sleep', '1000'],
    network: stack,
    aliases: [`node-${count}`],
    mounts: [],
    ports: [],
    labels,
    environment: {},
    restart: 'no',
    memoryBytes: 64 * 1024 ** 2,
    cpus: 0.5,
    confinement: null,
    ...more,
  });
  const created = async (more?: Partial<ContainerSpec>): Promise<string> => {
    const container = spec(more);
    await engine.platform.ensureContainer(container);
    return container.name;
  };
  const started = async (more?: Partial<ContainerSpec>): Promise<string> => {
    const name = await created(more);
    await engine.platform.startContainer(name);
    return name;
  };
  return { ...engine, stack, labels, spec, created, started };
};
