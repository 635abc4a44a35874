import type { Health, LiveState } from '../../src/domain/live-state.ts';

/** A database of which nothing is seen but its health. */
export const liveOf = (health: Health): LiveState => ({
  health,
  nodes: [],
  members: [],
  writes: [],
  notices: [],
  patroni_version: null,
  etcd_version: null,
});
