import type { PatroniConfig } from './node-config.ts';
import { nodesOf, type Topology } from './topology.ts';

/** The configuration of a member of a Patroni cluster with a leader of its own. */
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
