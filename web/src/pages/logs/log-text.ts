import type { Logs } from '../../data/types.ts';

export interface LogLine {
  readonly node: string;
  /** ISO 8601; null where the log was read as a whole, and the line says it for itself or not at all. */
  readonly at: string | null;
  readonly text: string;
}

export const linesOf = ({ logs }: Logs): readonly LogLine[] =>
  logs.flatMap(({ node, text }) =>
    text === ''
      ? []
      : text
          .replace(/\n$/, '')
          .split('\n')
          .map((line) => ({ node, at: null, text: line })),
  );

/** Places of the lines that contain the text, in whichever case. None for an empty text. */
export const findIn = (lines: readonly LogLine[], text: string): readonly number[] => {
  const wanted = text.toLowerCase();
  if (wanted === '') return [];
  return lines.flatMap((line, index) => (line.text.toLowerCase().includes(wanted) ? [index] : []));
};

/** A text cut where what was looked for stands: every second part is a hit. */
export const cutAt = (text: string, wanted: string): readonly string[] => {
  if (wanted === '') return [text];
  const parts: string[] = [];
  const [low, lowWanted] = [text.toLowerCase(), wanted.toLowerCase()];
  let from = 0;
  for (let at = low.indexOf(lowWanted); at !== -1; at = low.indexOf(lowWanted, from)) {
    parts.push(text.slice(from, at), text.slice(at, at + wanted.length));
    from = at + wanted.length;
  }
  return [...parts, text.slice(from)];
};

/** How loud a line is: PostgreSQL, Patroni, etcd and HAProxy write these words, in upper case. */
export const toneOf = (text: string): 'bad' | 'warn' | null => {
  if (/\b(PANIC|FATAL|ERROR|ALERT|CRITICAL|EMERG)\b/.test(text)) return 'bad';
  return /\bWARN(ING)?\b/.test(text) ? 'warn' : null;
};

/** As a file has it: the node's name before each line where there are several. */
export const fileText = (lines: readonly LogLine[]): string => {
  const isMixed = new Set(lines.map(({ node }) => node)).size > 1;
  return lines.map(({ node, text }) => `${isMixed ? `${node}  ` : ''}${text}\n`).join('');
};
