import type { Command } from 'commander';
import type { ApiClient } from './api-client.ts';
import { positiveInteger } from './option-groups.ts';

/** As the API answers: the entries under a name of their own. An earlier version knows no pages, and sends no cursor. */
type Answer = Readonly<Record<string, unknown>> & { readonly next_cursor?: string | null };

const pageSize = 1000;

export interface LimitFlags {
  readonly limit: number;
  readonly all?: true;
}

/** Of a verb that lists what is newest first. */
export const addLimitOptions = (command: Command): Command =>
  command.option('--limit <count>', 'the newest so many', positiveInteger, 100).option('--all', 'everything on record');

export const mostOf = ({ limit, all }: LimitFlags): number => (all ? Number.POSITIVE_INFINITY : limit);

/**
 * A page at a time: an export of many years holds one page in memory.
 * @param path of the list, with its query if it has one
 * @param key the member of the answer that has the entries
 */
export async function* readPages<E>(
  api: Pick<ApiClient, 'get'>,
  path: string,
  key: string,
  most = Number.POSITIVE_INFINITY,
): AsyncGenerator<E> {
  const joined = `${path}${path.includes('?') ? '&' : '?'}`;
  let cursor: string | null = null;
  for (let left = most; left > 0;) {
    const continued: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const answer: Answer = await api.get(`${joined}limit=${Math.min(left, pageSize)}${continued}`);
    const entries = answer[key] as readonly E[];
    // One of an earlier version knows no limit either.
    yield* entries.slice(0, left);
    cursor = answer.next_cursor ?? null;
    if (cursor === null) return;
    left -= entries.length;
  }
}
