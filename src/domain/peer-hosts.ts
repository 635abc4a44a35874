import { addressOf, type DatabaseNetwork } from './addresses.ts';
import type { ConfiguredNode, NodeConfig } from './node-config.ts';
import type { Node } from './topology.ts';

/** Where a node is found by those that are configured with its name. */
export type PeerHost = (name: string) => string;

/**
 * How a node addresses the nodes that its configuration names, and itself for them: by the address on record, because a
 * name may be answered late, or not at all, when a container goes away. By name where there is no address, in databases from
 * before nodes had one. The only place that decides it.
 */
export const peerHostsOf =
  (network: Pick<DatabaseNetwork, 'subnet'> | undefined, { node, config }: ConfiguredNode): PeerHost =>
  (name) => {
    const address_number = name === node.name ? node.address_number : config.addresses?.[name];
    return peerHostOf(network, { name, ...(address_number === undefined ? {} : { address_number }) });
  };

/** The same for one node, for all of its peers. */
export const peerHostOf = (
  network: Pick<DatabaseNetwork, 'subnet'> | undefined,
  node: Pick<Node, 'name' | 'address_number'>,
): string => addressOf(network, node) ?? node.name;

/** Where there is nothing but names. */
export const byName: PeerHost = (name) => name;

/** The configuration with the numbers of the addresses of the nodes that it names. */
export const withAddresses = <C extends NodeConfig>(config: C, numberOf: (name: string) => number | undefined): C => {
  const known = namedIn(config).flatMap((name) => {
    const number = numberOf(name);
    return number === undefined ? [] : [[name, number] as const];
  });
  return known.length === 0 ? config : { ...config, addresses: Object.fromEntries(known) };
};

const namedIn = (config: NodeConfig): readonly string[] => {
  switch (config.kind) {
    case 'postgres':
      if (config.mode === 'primary') return [];
      if (config.mode === 'replica') return config.follow;
      return [...config.etcd, ...(config.standby_of ? [config.standby_of.node] : [])];
    case 'pgbouncer':
      return [...config.read_write.nodes, ...(config.read_only?.nodes ?? [])];
    case 'haproxy':
      return config.servers;
    case 'front':
      return Object.values(config.routes).flatMap((upstream) => upstream?.nodes ?? []);
    case 'etcd':
      return config.members;
    default:
      return config satisfies never;
  }
};
