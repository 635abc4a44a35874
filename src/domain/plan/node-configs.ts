import { memberConfigOf } from '../member-config.ts';
import { slotName } from '../naming.ts';
import type { EtcdConfig, NodeConfig } from '../node-config.ts';
import { frontConfig, poolerConfig, routerConfig } from '../routes.ts';
import { nodesOf, type Node, type Topology } from '../topology.ts';

/** How a node is configured between two operations, as its database's record implies. */
export const nodeConfigOf = (topology: Topology, node: Node): NodeConfig => {
  switch (node.kind) {
    case 'front':
      return frontConfig(topology);
    case 'pgbouncer':
      return poolerConfig(topology, topology.pooling!);
    case 'haproxy':
      return routerConfig(topology);
    case 'etcd':
      return etcdConfigOf(topology);
    case 'postgres':
      return serverConfigOf(topology, node);
    default:
      return node.kind satisfies never;
  }
};

const serverConfigOf = (topology: Topology, { name, source }: Node): NodeConfig => {
  if (topology.ha) return memberConfigOf(topology);
  if (name !== topology.primary) {
    return { kind: 'postgres', mode: 'replica', follow: [topology.primary], slot: source?.slot ?? slotName(name) };
  }
  const replicas = nodesOf(topology, 'postgres').filter((node) => node.name !== name);
  const confirming = topology.replicas?.replication_mode === 'sync' ? replicas : [];
  return { kind: 'postgres', mode: 'primary', synchronous_standbys: confirming.map((node) => node.name) };
};

export const etcdConfigOf = (topology: Topology): EtcdConfig => {
  if (!topology.ha) throw new Error('only at stage 3 there is etcd');
  const members = nodesOf(topology, 'etcd').map((node) => node.name);
  return { kind: 'etcd', members, token: topology.ha.etcd_token };
};
