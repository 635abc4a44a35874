import { nextNumbers, type DatabaseNetwork } from '../addresses.ts';
import type { ConfiguredNode } from '../node-config.ts';
import { withAddresses } from '../peer-hosts.ts';
import type { UnpricedPlan } from '../plan.ts';
import type { Node } from '../topology.ts';

/**
 * Every node that a plan makes has an address of its own, wherever the plan speaks of it, and every configuration has those of
 * the nodes that it names. A node that is made again, by another attempt, a repair or a rebuild, keeps the one it has: it is
 * the same node to all whose configuration says so.
 */
export const giveAddresses = (
  plan: UnpricedPlan,
  network: Pick<DatabaseNetwork, 'addresses_given'> | undefined,
): UnpricedPlan => {
  if (!network) return plan;
  const there = plan.from ? [...plan.from.nodes, ...plan.from.kept] : [];
  const made = plan.steps.flatMap(({ run }) => (run.action === 'ensureNode' ? [run.input.node.name] : []));
  const added = [...new Set(made)].filter((name) => !there.some((node) => node.name === name));
  const inUse = new Set(there.flatMap(({ address_number: number }) => (number === undefined ? [] : [number])));
  const { numbers, given } = nextNumbers(network.addresses_given, inUse, added.length);
  const numberOf = new Map([
    ...there.flatMap(({ name, address_number: number }) => (number === undefined ? [] : [[name, number] as const])),
    ...added.map((name, index) => [name, numbers[index]!] as const),
  ]);
  return {
    ...(withNumbers(plan, numberOf) as UnpricedPlan),
    ...(added.length === 0 ? {} : { addresses_given: given }),
  };
};

/** A copy of plain JSON in which each of these nodes has its number. */
const withNumbers = (value: unknown, numberOf: ReadonlyMap<string, number>): unknown => {
  if (Array.isArray(value)) return value.map((element) => withNumbers(element, numberOf));
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withNumbers(inner, numberOf)]));
  if (isConfigured(copy)) return { ...copy, config: withAddresses(copy.config, (name) => numberOf.get(name)) };
  const address_number = isNode(value) ? numberOf.get(value.name) : undefined;
  return address_number === undefined ? copy : { ...copy, address_number };
};

const isNode = (value: object): value is Node => 'container' in value && 'kind' in value && 'name' in value;

const isConfigured = (value: object): value is ConfiguredNode => 'node' in value && 'config' in value;
