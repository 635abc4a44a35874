import type { Operation } from '../../data/types.ts';

/** How an operation ended, as far as one looks for it. */
export const statusChoices = [
  ['', 'All'],
  ['running', 'Running'],
  ['done', 'Done'],
  ['not_done', 'Not done'],
] as const;

const statuses: Readonly<Record<string, readonly Operation['status'][]>> = {
  running: ['running'],
  done: ['done'],
  not_done: ['rolled_back', 'aborted', 'failed', 'needs_operator'],
};

/** As the API takes it. What an address says that is none of these is left out. */
export const operationsQuery = (status: string): string => {
  const wanted = Object.hasOwn(statuses, status) ? statuses[status]! : [];
  return `operations?view=summary&limit=50${wanted.length === 0 ? '' : `&status=${wanted.join(',')}`}`;
};

/** Milliseconds that writes were held, the oldest first, of at most `most`. */
export const stallsOf = (operations: readonly Operation[], most: number): readonly number[] =>
  operations
    .flatMap(({ stall_ms }) => (stall_ms === null ? [] : [stall_ms]))
    .slice(0, most)
    .toReversed();
