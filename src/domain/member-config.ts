import type { PatroniConfig } from './node-config.ts';
import { nodesOf, type Topology } from './topology.ts';

/** What a member of a Patroni cluster that leads itself is told to be. */
export const memberConfigOf = (topology: Topology): PatroniConfig => {
  if (!topology.ha) throw new Error('only at stage 3 there are Patroni members');
  const { scope, etcd_token: _, load_balancing: __, ...ha } = topology.ha;
  return {
    kind: 'postgres',
    mode: 'patroni',
    scope,
    etcd: nodesOf(topology, 'etcd').map((node) => node.name),
    ha,
    standby_of: null,
  };
};
