import { readTerminal } from '../launcher/environment.ts';

/** What is known of the stream that is written to. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** What lines can be drawn on. */
export interface Screen extends Output {
  readonly rows?: number;
  write(text: string): unknown;
}

/** Columns to fit into; endless for a pipe or a file, whose reader wants whole lines. */
export const widthOf = ({ isTTY, columns }: Output): number =>
  isTTY ? (readTerminal().columns ?? columns ?? 80) : Number.POSITIVE_INFINITY;

/** Whether lines can be drawn over. */
export const isLive = ({ isTTY }: Output): boolean => isTTY === true && !readTerminal().isDumb;

/** See https://no-color.org. */
export const hasColors = (output: Output): boolean => isLive(output) && !readTerminal().noColor;

/** Colours that can be read on black and on white, neighbours far apart. */
const palette = [36, 33, 32, 35, 34, 31, 96, 93, 92, 95, 94, 91] as const;

/** The nodes of a kind take one colour after the other, from a place that is theirs. */
const firstOfKind: Readonly<Record<string, number>> = { postgres: 0, pgbouncer: 4, haproxy: 6, etcd: 9, front: 11 };

/** A node's name in the colour that it has in every run, also after other nodes have come and gone. */
export const paintNode = (name: string, text = name): string => {
  const [, kind = '', number = '1'] = /^(.*?)(?:-(\d+))?$/.exec(name) ?? [];
  const color = palette[((firstOfKind[kind] ?? 0) + Number(number) - 1) % palette.length]!;
  return `\u001B[${color}m${text}\u001B[39m`;
};

/** Into lines of at most `width`, at spaces or else after hyphens and commas. What has neither stays whole: a digest is copied. */
export const wrap = (text: string, width: number): string[] => {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const at = breakIn(rest, width);
    if (at === -1) break;
    lines.push(rest.slice(0, at));
    rest = rest.slice(at).trimStart();
  }
  return [...lines, rest];
};

/** Where a line ends: the last place that fits, else the first one that there is; -1 for none. */
const breakIn = (text: string, width: number): number => {
  const space = text.lastIndexOf(' ', width);
  if (space > 0) return space;
  const other = Math.max(text.lastIndexOf('-', width - 1), text.lastIndexOf(',', width - 1)) + 1;
  return other > 0 ? other : text.search(/(?<=.)[ ]|(?<=[-,])[^ ]/);
};

/** Prose whose lines after the first are indented. */
export const wrapIndented = (text: string, width: number): string[] => {
  if (text.length <= width) return [text];
  const [first = '', ...others] = wrap(text, Math.max(width - 2, 20));
  return [first, ...others.map((line) => `  ${line}`)];
};
