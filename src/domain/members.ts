import type { LiveNode, Member } from './live-state.ts';
import type { Topology } from './topology.ts';

/** The servers of the present stage, the leader first. */
export const membersOf = (live: readonly LiveNode[], { kept }: Pick<Topology, 'kept'>): readonly Member[] => {
  const left = new Set(kept.map(({ name }) => name));
  return live
    .filter(({ name, kind }) => kind === 'postgres' && !left.has(name))
    .map((node): Member => {
      const leads = node.role === 'primary';
      return {
        name: node.name,
        role: leads ? 'leader' : 'replica',
        state: node.state,
        lag: leads ? 0 : node.lag_bytes,
      };
    })
    .toSorted((a, b) => Number(b.role === 'leader') - Number(a.role === 'leader'));
};
