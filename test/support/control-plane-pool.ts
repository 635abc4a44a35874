import { deepEqual } from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { labelNames } from '../../src/domain/naming.ts';
import { createDockerPlatform } from '../../src/platform/docker/index.ts';
import type { Platform, Resources } from '../../src/platform/platform.ts';
import { readCli } from './run-cli.ts';

/**
 * Control planes that run and have no database. A file of tests takes one and gives it back, so that not each file has to
 * start its own. Works across processes, by files in a folder.
 */
export interface ControlPlanePool {
  /** The home of an idle one, else a new home. */
  take(): string;
  giveBack(home: string): void;
  /** All homes that are left, also those that were never returned. */
  homes(): readonly string[];
}

export const openPool = (folder: string): ControlPlanePool => {
  const [homes, idle] = [join(folder, 'homes'), join(folder, 'idle')];
  for (const part of [homes, idle]) mkdirSync(part, { recursive: true });
  // Of several who remove the same mark, one succeeds.
  const isTaken = (name: string): boolean => {
    try {
      rmSync(join(idle, name));
      return true;
    } catch {
      return false;
    }
  };
  return {
    take: () => {
      const name = readdirSync(idle).find(isTaken);
      return name === undefined ? mkdtempSync(join(homes, 'home-')) : join(homes, name);
    },
    giveBack: (home) => writeFileSync(join(idle, basename(home)), ''),
    homes: () => readdirSync(homes).map((name) => join(homes, name)),
  };
};

const nothing: Resources = { containers: [], volumes: [], networks: [] };

export const resourcesOf = (platform: Platform, home: string): Promise<Resources> =>
  platform.findByLabels({ [labelNames.home]: homeIdOf(home) });

export const homeIdOf = (home: string): string => readFileSync(join(home, 'id'), 'utf8').trim();

/** The metadata database is the control plane's own; it stays through `down`. */
export const expectOnlyMetadata = async (platform: Platform, home: string): Promise<void> => {
  const own = [`pgrow-${homeIdOf(home)}-metadata`];
  deepEqual(await resourcesOf(platform, home), { containers: own, volumes: own, networks: own });
};

/**
 * Stops a control plane and removes whatever is left, then its home. By force, so that a failed test leaves nothing.
 * @throws AggregateError if pgrow left anything but its metadata
 */
export const endControlPlane = async (home: string, before: readonly unknown[] = []): Promise<void> => {
  const platform = createDockerPlatform();
  const problems = [...before];
  const attempt = async (action: () => Promise<unknown>): Promise<void> => {
    await action().catch((error: unknown) => problems.push(error));
  };
  await attempt(() => readCli({ PGROW_HOME: home }, ['down']));
  await attempt(() => expectOnlyMetadata(platform, home));
  await attempt(() => sweep(platform, home));
  await attempt(async () => deepEqual(await resourcesOf(platform, home), nothing));
  rmSync(home, { recursive: true, force: true });
  if (problems.length > 0)
    throw new AggregateError(problems, `not removed cleanly: ${problems.map(String).join('\n')}`);
};

const sweep = async (platform: Platform, home: string): Promise<void> => {
  const { containers, volumes, networks } = await resourcesOf(platform, home);
  await Promise.all(containers.map((name) => platform.removeContainer(name)));
  await Promise.all(volumes.map((name) => platform.removeVolume(name)));
  await Promise.all(networks.map((name) => platform.removeNetwork(name)));
};
