import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ManagedDatabase } from './stack.ts';

/** What a command inside it prints; throws unless its exit code is 0. */
export type RunInApplication = (command: readonly string[], stdin?: string) => Promise<string>;

/** A container of an application, in the network that it is meant to join and in no other. It is removed at the end. */
export const inApplication = async <T>(
  { name, plane, connectionStrings }: Pick<ManagedDatabase, 'name' | 'plane' | 'connectionStrings'>,
  use: (run: RunInApplication) => Promise<T>,
): Promise<T> => {
  const { platform } = plane;
  // It has psql and Python.
  const images = JSON.parse(readFileSync(join(plane.home, 'images.json'), 'utf8')) as { readonly postgres: string };
  const container = `application-of-${name}-${randomUUID().slice(0, 8)}`;
  const { clients_network: network } = await connectionStrings();
  try {
    await platform.ensureContainer({
      name: container,
      image: images.postgres,
      hostname: 'application',
      command: ['sleep', 'infinity'],
      network,
      aliases: [],
      mounts: [],
      ports: [],
      labels: { 'pgrow.test': container },
      environment: {},
      restart: 'no',
      confinement: null,
      memoryBytes: 128 * 1024 * 1024,
      cpus: 1,
    });
    await platform.startContainer(container);
    return await use(async (command, stdin) => {
      const { exitCode, stdout, stderr } = await platform.exec(container, command, stdin);
      if (exitCode !== 0) throw new Error(`${command[0]} in an application: exit code ${exitCode}: ${stderr.trim()}`);
      return stdout.trim();
    });
  } finally {
    await platform.removeContainer(container);
  }
};
