import type { Snapshots } from '../../data/types.ts';

export interface SnapshotState {
  readonly word: 'whole' | 'damaged' | 'never verified';
  /** What is wrong with it, in the words of what has read it. */
  readonly says: string | null;
  readonly tone: 'good' | 'bad' | 'unknown';
}

export const stateOf = ({
  verified_at,
  damage,
}: Pick<Snapshots['snapshots'][number], 'verified_at' | 'damage'>): SnapshotState => {
  if (damage !== null) return { word: 'damaged', says: damage, tone: 'bad' };
  if (verified_at === null) return { word: 'never verified', says: null, tone: 'unknown' };
  return { word: 'whole', says: null, tone: 'good' };
};
