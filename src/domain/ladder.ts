import { stageNames, stages, type Stage } from './stage.ts';
import type { Topology } from './topology.ts';

/** What can be asked for, below `…/postgres/`. */
export interface LadderRequest {
  readonly path: 'pooling' | 'replicas' | 'ha' | 'scale-down';
  readonly body: Readonly<Record<string, unknown>>;
}

/** A stage that a database is at or can be brought to, with the usual options. */
export interface Rung {
  readonly stage: Stage;
  readonly name: (typeof stageNames)[Stage];
  readonly direction: 'up' | 'present' | 'down';
  /** Null at the present stage. */
  readonly request: LadderRequest | null;
}

export const rungsOf = ({ stage: present }: Pick<Topology, 'stage'>): readonly Rung[] =>
  stages.map((stage) => {
    const name = stageNames[stage];
    if (stage === present) return { stage, name, direction: 'present', request: null };
    if (stage < present)
      return { stage, name, direction: 'down', request: { path: 'scale-down', body: { target: name } } };
    return { stage, name, direction: 'up', request: { path: upwards[stage], body: {} } };
  });

/** Nothing leads up to stage 0. */
const upwards = { 0: 'scale-down', 1: 'pooling', 2: 'replicas', 3: 'ha' } as const;

/** Pooling is a rung of its own below stage 2, and beside the ladder from there on. */
export const poolingSwitch = ({ stage, pooling }: Pick<Topology, 'stage' | 'pooling'>): LadderRequest | null =>
  stage < 2 ? null : { path: 'pooling', body: pooling ? { enabled: false } : {} };
