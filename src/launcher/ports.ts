import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import type { Home } from './home.ts';
import { replaceFile } from './kept-files.ts';
import { launcherError } from './launcher-error.ts';

const port = z.number().int().min(1).max(65_535);
const portsFile = z.strictObject({ temporal: port, temporal_ui: port, api: port, metadata: port });

/** Loopback ports of one control plane, chosen once. */
export type Ports = Readonly<z.infer<typeof portsFile>>;
export type PortName = keyof Ports;

/** Below the range from which Linux takes ports for outgoing connections, so that a kept port stays free while down. */
const firstPort = 20_000;
const lastPort = 31_999;

const pathOf = (home: Home): string => join(home.path, 'ports.json');

/** The ports chosen; null before the first `pgrow up`. */
export const readPorts = (home: Pick<Home, 'path'>): Ports | null => {
  try {
    return portsFile.parse(JSON.parse(readFileSync(join(home.path, 'ports.json'), 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
};

export const ensurePorts = async (home: Home): Promise<Ports> => {
  const kept = readPorts(home);
  if (kept) return kept;
  const taken = new Set<number>();
  const next = async (): Promise<number> => {
    const chosen = await findFreePort(home, taken);
    taken.add(chosen);
    return chosen;
  };
  const chosen = { temporal: await next(), temporal_ui: await next(), api: await next(), metadata: await next() };
  writePorts(home, chosen);
  return chosen;
};

/** Replaces one port, which someone else has taken, by a free one. */
export const replacePort = async (home: Home, ports: Ports, name: PortName): Promise<Ports> => {
  const changed = { ...ports, [name]: await findFreePort(home, new Set(Object.values(ports))) };
  writePorts(home, changed);
  return changed;
};

/** Whether a server can listen there now. */
export const isPortFree = (candidate: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port: candidate, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });

const writePorts = (home: Home, ports: Ports): void => replaceFile(pathOf(home), `${JSON.stringify(ports, null, 2)}\n`);

/** Each home begins to look at a place of its own, so that two homes started at once do not meet. */
const findFreePort = async (home: Home, taken: ReadonlySet<number>): Promise<number> => {
  const span = lastPort - firstPort + 1;
  const start = Number.parseInt(home.id, 16) % span;
  for (let offset = 0; offset < span; offset++) {
    const candidate = firstPort + ((start + offset) % span);
    if (!taken.has(candidate) && (await isPortFree(candidate))) return candidate;
  }
  throw launcherError(`No loopback port between ${firstPort} and ${lastPort} is free.`);
};
