import type { QueryLog } from './documents.ts';
import { type Span, spans } from '../../format/spans.ts';

type Entry = QueryLog['entries'][number];

/** Those in which the text stands somewhere, in whichever case. */
export const containing = (entries: readonly Entry[], text: string): readonly Entry[] => {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return entries;
  return entries.filter(({ statement, message, detail, user, application, sqlstate }) =>
    [statement, message, detail, user, application, sqlstate].some(
      (each) => each?.toLowerCase().includes(wanted) === true,
    ),
  );
};

/** `in the last 15 min`. */
export const withinText = (span: Span): string => `in the last ${spans[span].text}`;
