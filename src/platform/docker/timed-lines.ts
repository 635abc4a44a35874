import type { LogLine } from '../../domain/looks.ts';

/** Characters of one line that are kept together; what is longer comes in pieces. */
const longest = 64 * 1024;

/**
 * Puts lines together from one output of a log that the engine gives with times. Each chunk is one entry, which begins with
 * its time; a line that is longer than the engine's buffer (16 KiB) takes several entries, of which only the last ends it.
 */
export const timedLines = (take: (line: LogLine) => void): ((chunk: Buffer) => void) => {
  let at: string | null = null;
  let partial = '';
  return (chunk) => {
    const entry = chunk.toString();
    const space = entry.indexOf(' ');
    at ??= entry.slice(0, space);
    partial += entry.slice(space + 1);
    if (!partial.endsWith('\n') && partial.length < longest) return;
    take({ at, text: partial.replace(/\r?\n$/, '') });
    at = null;
    partial = '';
  };
};
