import type { Labels } from './platform.ts';

/** Whether something labelled `labels` is among what `wanted` asks for. */
export const carries = (labels: Labels, wanted: Labels): boolean =>
  Object.entries(wanted).every(([name, value]) => labels[name] === value);

/** Asking without a label would find everything on the engine, and a sweep would remove what is not ours. */
export const requireLabels = (wanted: Labels): void => {
  if (Object.keys(wanted).length === 0) throw new Error('a search needs at least one label');
};
