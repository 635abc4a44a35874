import type { LiveNode, LiveState } from './live-state.ts';
import { isUnseen, ownNodes, verdictOf } from './live-health.ts';
import { writeText } from './route-write.ts';
import type { Topology } from './topology.ts';

/** One look at a stage whose window is open. */
export interface Look {
  /** Milliseconds of any clock that does not jump. */
  readonly at: number;
  /** Null if there is no telling: an operation runs, or the engine does not answer. */
  readonly live: Pick<LiveState, 'nodes' | 'writes'> | null;
  readonly topology: Topology;
}

/** How long, and in how many looks, no write may be acknowledged before that counts. */
export interface Patience {
  readonly ms: number;
  readonly looks: number;
}

/** A failover takes less; a stage that takes no writes for longer has failed. */
export const usualPatience: Patience = { ms: 45_000, looks: 4 };

/**
 * Whether a stage takes no writes any more. The one thing that speaks for it is that writes fail on every way that clients
 * write, again and again; a single one that is acknowledged, a server that pgrow may not ask, or a primary that continues
 * writing speaks against it, and the time starts again.
 */
export const createUnservedWatch = (database: string, patience: Patience = usualPatience) => {
  let since: number | null = null;
  let looks = 0;
  let before: readonly LiveNode[] = [];

  return {
    /** The evidence as a sentence once there is enough of it. */
    see({ at, live, topology }: Look): string | null {
      const nodes = live ? ownNodes(live.nodes, topology) : [];
      const unserved = live !== null && speaksForIt(nodes, live.writes) && !goesOnWriting(before, nodes);
      before = nodes;
      if (!live || !unserved) {
        since = null;
        looks = 0;
        return null;
      }
      since ??= at;
      looks += 1;
      if (at - since < patience.ms || looks < patience.looks) return null;
      const servers = nodes.filter(({ kind }) => kind === 'postgres').map(serverText);
      return (
        `${database} has taken no writes for ${Math.round((at - since) / 1000)} s: in ${looks} of ${looks} tries none was ` +
        `acknowledged through ${live.writes.map(writeText).join(', ')}; ${servers.join(', ')}.`
      );
    },
  };
};

const speaksForIt = (nodes: readonly LiveNode[], writes: LiveState['writes']): boolean =>
  verdictOf(nodes, writes) === 'unserved' && !nodes.some(isUnseen);

/** Clients have ways that pgrow does not try, and sessions that were open before. */
const goesOnWriting = (before: readonly LiveNode[], now: readonly LiveNode[]): boolean =>
  now.some(({ name, role, position }) => {
    const earlier = before.find((node) => node.name === name);
    return role === 'primary' && earlier?.role === 'primary' && earlier.position?.lsn !== position?.lsn;
  });

const serverText = ({ name, role, state, position }: LiveNode): string =>
  position ? `${name} ${role ?? ''} at ${position.lsn} of timeline ${position.timeline}` : `${name} ${state}`;
