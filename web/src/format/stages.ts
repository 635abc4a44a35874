import type { DatabaseEntry } from '../data/types.ts';

/** By number, as the API has them in its requests but for the last one, which is written out. */
export const stageNames = ['single', 'pooling', 'replicas', 'high availability'] as const;

/** `0 single`, `3 high availability + pooling`: pooling is a stage of its own below the replicas and an addition above. */
export const stageText = ({ stage, pooling }: Pick<DatabaseEntry, 'stage' | 'pooling'>): string =>
  `${stage} ${stageNames[stage]}${pooling && stage > 1 ? ' + pooling' : ''}`;

/** `3 HA + pooling`, where there is little room. */
export const shortStageText = (of: Pick<DatabaseEntry, 'stage' | 'pooling'>): string =>
  stageText(of).replace(stageNames[3], 'HA');

/** `scale down` for `scale_down`. */
export const wordsOf = (name: string): string => name.replaceAll('_', ' ');
