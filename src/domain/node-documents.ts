import { layerOf } from './layers.ts';
import type { LiveNode, LiveState } from './live-state.ts';
import type { Checkpoint } from './operation.ts';
import type { Topology } from './topology.ts';

/** The nodes of a database as its status shows them: what is not known is null. */
export const nodeDocuments = (
  { nodes }: Pick<LiveState, 'nodes'>,
  { kept }: Pick<Topology, 'kept'>,
  checkpoint: Pick<Checkpoint, 'rollback_available_until'> | null,
) => {
  const keptNames = new Set(kept.map(({ name }) => name));
  const until = checkpoint?.rollback_available_until ?? null;
  return nodes.map(({ facts, ...node }) => ({
    ...node,
    layer: layerOf[node.kind],
    /** Null unless it is kept for a rollback only. */
    kept: keptNames.has(node.name) ? { until } : null,
    leads: leads(node) ?? facts?.leads ?? null,
    synchronous: facts?.synchronous ?? null,
    timeline: node.position?.timeline ?? null,
    lag_seconds: facts?.lag_seconds ?? null,
    since: facts?.since ?? null,
    answered_at: facts?.answered_at ?? null,
    version: facts?.version ?? null,
    volume_bytes: facts?.volume_bytes ?? null,
    image: facts?.image ?? null,
    servers: facts?.servers ?? null,
    pool: facts?.pool ?? null,
  }));
};

/** Null of one that does not say, and where there is nothing to lead. */
const leads = ({ kind, role }: Pick<LiveNode, 'kind' | 'role'>): boolean | null =>
  kind === 'postgres' && role !== null ? role === 'primary' : null;
