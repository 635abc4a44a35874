import { createServer } from 'node:net';
import { PgrowError } from '../domain/errors.ts';
import type { Database } from '../domain/database.ts';
import { frontPorts } from '../domain/naming.ts';
import type { HostPorts } from '../domain/topology.ts';

/** Below the range from which the kernel takes ports of its own (Linux: ip_local_port_range). */
const lowest = 20_000;
const highest = 32_000;

/**
 * Loopback ports that nobody listens on and no other database owns. `wanted` is the one for `postgres`, or null.
 * @throws PgrowError `port_taken` when `wanted` cannot be had
 */
export const chooseHostPorts = async (
  others: readonly Pick<Database, 'name' | 'ports'>[],
  wanted: number | null,
): Promise<HostPorts> => {
  const owned = new Map(
    others.flatMap(({ name, ports }) => Object.values(ports).map((port: number) => [port, name] as const)),
  );
  if (wanted !== null && owned.has(wanted)) {
    throw new PgrowError(
      'port_taken',
      `Port ${wanted} belongs to database ${owned.get(wanted)}. Choose another, or leave it out.`,
    );
  }
  if (wanted !== null && !(await isFree(wanted))) {
    throw new PgrowError('port_taken', `Port ${wanted} is taken by another program. Choose another, or leave it out.`);
  }
  const names = Object.keys(frontPorts) as (keyof HostPorts)[];
  const chosen: number[] = wanted === null ? [] : [wanted];
  while (chosen.length < names.length) {
    const candidate = lowest + Math.floor(Math.random() * (highest - lowest));
    if (!owned.has(candidate) && !chosen.includes(candidate) && (await isFree(candidate))) chosen.push(candidate);
  }
  return Object.fromEntries(names.map((name, index) => [name, chosen[index]])) as unknown as HostPorts;
};

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
