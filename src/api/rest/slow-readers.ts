import { once } from 'node:events';
import type { Writable } from 'node:stream';

interface Patience {
  readonly signal: AbortSignal;
  readonly patienceMs: number;
}

/** Writes, and waits until the reader has taken so much that more may be written. False when it does not in time. */
export const isTaken = async (stream: Writable, text: string, { signal, patienceMs }: Patience): Promise<boolean> => {
  if (stream.write(text) || signal.aborted) return true;
  const late = AbortSignal.timeout(patienceMs);
  await once(stream, 'drain', { signal: AbortSignal.any([signal, late]) }).catch(() => undefined);
  return signal.aborted || !stream.writableNeedDrain;
};
