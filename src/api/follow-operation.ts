import { setTimeout as delay } from 'node:timers/promises';
import type { OperationDocument } from '../domain/operation.ts';

const lookEveryMs = 200;

/**
 * An operation's document, then again whenever it has changed, up to the one with which it ends, or until the signal aborts.
 * One who is slow to take the next is given the latest: older ones are skipped.
 * @param first what was found before anything was promised
 * @param read looks again
 */
export async function* followOperation(
  first: OperationDocument,
  read: () => Promise<OperationDocument>,
  signal: AbortSignal,
): AsyncGenerator<OperationDocument, void> {
  let shown = '';
  for (let document = first; !signal.aborted; document = await read()) {
    const text = JSON.stringify(document);
    if (text !== shown) yield document;
    shown = text;
    if (document.status !== 'running') return;
    await delay(lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
}
