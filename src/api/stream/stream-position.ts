import { createHash } from 'node:crypto';

/**
 * Ids of a stream's events. Each says up to where its reader knows what, so that `Last-Event-ID` is all it takes to go on:
 * the process that wrote it, the topics, which of them the reader knows the beginning of, and the number of the event.
 */
export interface StreamPosition {
  /** By index of the topic. */
  readonly known: ReadonlySet<number>;
  readonly sequence: number;
}

const topicsTag = (topics: readonly string[]): string =>
  createHash('sha256').update(topics.join()).digest('base64url').slice(0, 8);

export const writePosition = (
  epoch: string,
  topics: readonly string[],
  { known, sequence }: StreamPosition,
): string => {
  const bits = [...known].reduce((sum, index) => sum + 2 ** index, 0);
  return `${epoch}.${topicsTag(topics)}.${bits.toString(16)}.${sequence}`;
};

/** Null for what another process has written, or was written for other topics: nothing can be concluded from it. */
export const readPosition = (
  epoch: string,
  topics: readonly string[],
  id: string | undefined,
): StreamPosition | null => {
  const [of, tag, bits, sequence] = (id ?? '').split('.');
  if (of !== epoch || tag !== topicsTag(topics) || !/^[0-9a-f]{1,8}$/.test(bits ?? '')) return null;
  if (!/^\d{1,15}$/.test(sequence ?? '')) return null;
  const value = Number.parseInt(bits!, 16);
  const known = [...topics.keys()].filter((index) => Math.floor(value / 2 ** index) % 2 === 1);
  return { known: new Set(known), sequence: Number(sequence) };
};
