import { createServer } from 'node:net';
import { PgrowError } from '../domain/errors.ts';
import type { Database } from '../domain/database.ts';
import { frontPorts } from '../domain/naming.ts';
import type { HostPorts } from '../domain/topology.ts';

/** Below the range from which the kernel takes ports of its own (Linux: ip_local_port_range). */
const lowest = 20_000;
const highest = 32_000;

interface Wanted {
  /** The port for `postgres`; null for any. */
  readonly wanted: number | null;
  /** Of the new database: those of other projects are not named to it. */
  readonly project: string;
}

/**
 * Loopback ports without a listener that no other database owns.
 * @throws PgrowError `port_taken` when `wanted` cannot be had, or no other is left
 */
export const chooseHostPorts = async (
  others: readonly Pick<Database, 'name' | 'project' | 'ports'>[],
  { wanted, project }: Wanted,
  isFree: (port: number) => Promise<boolean> = isFreeHere,
): Promise<HostPorts> => {
  const owned = new Map(
    others.flatMap(({ name, project: theirs, ports }) => {
      const owner = theirs === project ? `database ${name}` : 'a database of another project';
      return Object.values(ports).map((port: number) => [port, owner] as const);
    }),
  );
  if (wanted !== null && owned.has(wanted)) {
    throw new PgrowError(
      'port_taken',
      `Port ${wanted} belongs to ${owned.get(wanted)}. Choose another, or leave it out.`,
    );
  }
  if (wanted !== null && !(await isFree(wanted))) {
    throw new PgrowError('port_taken', `Port ${wanted} is taken by another program. Choose another, or leave it out.`);
  }
  const names = Object.keys(frontPorts) as (keyof HostPorts)[];
  const chosen: number[] = wanted === null ? [] : [wanted];
  while (chosen.length < names.length)
    chosen.push(await anyPort(async (port) => !owned.has(port) && !chosen.includes(port) && (await isFree(port))));
  return Object.fromEntries(names.map((name, index) => [name, chosen[index]])) as unknown as HostPorts;
};

/** From a random one on, so that two who choose at the same moment hardly choose the same. */
const anyPort = async (isFree: (port: number) => Promise<boolean>): Promise<number> => {
  const count = highest - lowest;
  const first = Math.floor(Math.random() * count);
  for (let offset = 0; offset < count; offset += 1) {
    const candidate = lowest + ((first + offset) % count);
    if (await isFree(candidate)) return candidate;
  }
  throw new PgrowError(
    'port_taken',
    `No port from ${lowest} to ${highest - 1} is free on this host. Destroy a database, or stop what listens there.`,
  );
};

const isFreeHere = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
