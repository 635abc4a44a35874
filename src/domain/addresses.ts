import { PgrowError } from './errors.ts';
import type { Node } from './topology.ts';

/**
 * Addresses of nodes: each network of a database has a subnet of its own, and each of its nodes one address there for as long
 * as the node exists, so that nothing that must be quick waits for a name.
 */

/** Where a database's private networks lie. Databases made before that was recorded leave addresses to the engine. */
export interface DatabaseNetwork {
  /** Of the control network, `10.48.4.0/22`: no other database's, and freed with the database. */
  readonly subnet: string;
  /** Of the network that applications join. Absent from databases made before there were two: they join the only one. */
  readonly clients_subnet?: string;
  /** Addresses given to nodes in the life of the database. Only goes up, also when an operation is undone. */
  readonly addresses_given: number;
}

/**
 * Of 1024 addresses, 766 are for nodes: a database that grows to ha and back uses some fifteen, so that is fifty times
 * there and back, or two years of a replica replaced every day, before an address is used again.
 */
const subnetBits = 22;
const subnetSize = 2 ** (32 - subnetBits);

/**
 * 1024 subnets, two for each database. None of the defaults of Docker, Podman, Kubernetes, k3s, OpenVPN or of a cloud's first
 * network lies in it.
 */
export const defaultSubnetPool = '10.48.0.0/12';

/** 0 is the network, 1 the gateway. */
const firstFixed = 2;
/** From here on the engine chooses: for containers that run once, and for what others connect. */
const firstDynamic = 768;
const fixedAddresses = firstDynamic - firstFixed;

interface Range {
  readonly first: number;
  readonly last: number;
}

export const subnetPoolRule =
  'must be a private range from /8 to /22, written with its first address, such as 10.48.0.0/12: within 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10';

/** Whether networks of databases can lie in it. One of /22 has room for what a database of before there were two needs. */
export const isSubnetPool = (text: string): boolean => {
  const range = rangeOf(text);
  const [base = '', bits] = text.split('/');
  if (!range || base !== textOf(range.first) || Number(bits) < 8 || Number(bits) > subnetBits) return false;
  return privateRanges.some(({ first, last }) => first <= range.first && range.last <= last);
};

interface Choice {
  readonly pool: string;
  /** Subnets of databases, networks of the engine and routes of the host. What is not IPv4 is passed over. */
  readonly taken: readonly string[];
  /** Service id: two databases that choose at the same moment begin at different places. */
  readonly id: string;
}

/** A subnet that overlaps nothing that is taken. @throws PgrowError `refused` when there is none */
export const chooseSubnet = ({ pool, taken, id }: Choice): string => {
  const { first, last } = rangeOf(pool)!;
  const count = (last - first + 1) / subnetSize;
  const start = Number.parseInt(id.slice(0, 8), 16) % count;
  const others = taken.flatMap((subnet) => rangeOf(subnet) ?? []);
  for (let offset = 0; offset < count; offset += 1) {
    const base = first + ((start + offset) % count) * subnetSize;
    const end = base + subnetSize - 1;
    if (!others.some((other) => other.first <= end && base <= other.last)) return `${textOf(base)}/${subnetBits}`;
  }
  throw new PgrowError(
    'refused',
    `No subnet is free in ${pool}: each of its ${count} overlaps one that a database has, a network of Docker or a route of ` +
      'this host. Set PGROW_SUBNET_POOL to another private range and run ./pgrow up, or destroy a database.',
  );
};

/** @throws PgrowError `refused` where a pool has less than `count` subnets, free or not */
export const requireSubnets = (pool: string, count: number): void => {
  const { first, last } = rangeOf(pool)!;
  const all = (last - first + 1) / subnetSize;
  if (all >= count) return;
  throw new PgrowError(
    'refused',
    `A database has ${count} networks, a /${subnetBits} each, and ${pool} has room for ${all}. ` +
      'Set PGROW_SUBNET_POOL to a private range of /21 or larger and run ./pgrow up.',
  );
};

/** Those that a database has. */
export const subnetsOf = (network: DatabaseNetwork | undefined): readonly string[] =>
  network ? [network.subnet, ...(network.clients_subnet === undefined ? [] : [network.clients_subnet])] : [];

/** Whether two subnets have an address in common. What is not IPv4 overlaps none. */
export const overlap = (one: string, other: string): boolean => {
  const [a, b] = [rangeOf(one), rangeOf(other)];
  return a !== null && b !== null && a.first <= b.last && b.first <= a.last;
};

/** The subnet that has this address. */
export const subnetAround = (address: string): string => {
  const { first } = rangeOf(`${address}/${subnetBits}`)!;
  return `${textOf(first)}/${subnetBits}`;
};

/** What the engine is asked for: it chooses addresses by itself only where no node has one. */
export const layoutOf = (subnet: string) => {
  const { first } = rangeOf(subnet)!;
  return { subnet, gateway: textOf(first + 1), dynamic: `${textOf(first + firstDynamic)}/24` };
};

/** `10.48.4.5` for number 5. Null for a node that has no fixed address: the engine chooses one. */
export const addressOf = (
  network: Pick<DatabaseNetwork, 'subnet'> | undefined,
  { address_number: number }: Pick<Node, 'address_number'>,
): string | null => (network && number !== undefined ? textOf(rangeOf(network.subnet)!.first + number) : null);

/**
 * Numbers for `count` nodes after as many as were `given`. None is used twice, until all have been: from then on the one
 * that was given longest ago and that no node has now.
 */
export const nextNumbers = (
  given: number,
  inUse: ReadonlySet<number>,
  count: number,
): { readonly numbers: readonly number[]; readonly given: number } => {
  if (inUse.size + count > fixedAddresses)
    throw new PgrowError(
      'refused',
      `A database can have ${fixedAddresses} nodes: ${inUse.size} are there, ${count} more are asked for.`,
    );
  const numbers: number[] = [];
  let reached = given;
  while (numbers.length < count) {
    const number = firstFixed + (reached % fixedAddresses);
    reached += 1;
    if (!inUse.has(number)) numbers.push(number);
  }
  return { numbers, given: reached };
};

const rangeOf = (cidr: string): Range | null => {
  const [, address = '', bits = ''] = /^(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(cidr) ?? [];
  const bytes = address.split('.').map(Number);
  if (bits === '' || Number(bits) > 32 || bytes.some((byte) => byte > 255)) return null;
  const size = 2 ** (32 - Number(bits));
  const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  const first = value - (value % size);
  return { first, last: first + size - 1 };
};

const textOf = (value: number): string => [24, 16, 8, 0].map((bits) => Math.floor(value / 2 ** bits) % 256).join('.');

const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'].map((cidr) => rangeOf(cidr)!);
