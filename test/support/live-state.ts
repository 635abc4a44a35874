import type { Health, LiveState, Member } from '../../src/domain/live-state.ts';

/** A database of which nothing is seen but its health, and the members that are given. */
export const liveOf = (health: Health, members: readonly Member[] = []): LiveState => ({
  health,
  nodes: [],
  members,
  writes: [],
  notices: [],
  patroni_version: null,
  etcd_version: null,
});
