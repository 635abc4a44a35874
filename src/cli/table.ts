import { widthOf, wrap } from './terminal.ts';

/** The last column is not squeezed into fewer columns of the screen. */
const leastLastColumn = 24;

/**
 * Rows as aligned columns, two spaces apart; the last column is not padded. On a screen that is too narrow the last
 * column is wrapped, or each row below a heading becomes lines of its own. Nothing is left out.
 */
export const alignColumns = (
  rows: readonly (readonly string[])[],
  screen: number = widthOf(process.stdout),
): string[] => {
  const widths = rows.reduce<number[]>(
    (known, row) => row.map((cell, column) => Math.max(cell.length, known[column] ?? 0)),
    [],
  );
  const lead = widths.slice(0, -1).reduce((sum, width) => sum + width + 2, 0);
  const room = screen - lead;
  if (room >= Math.min(widths.at(-1) ?? 0, leastLastColumn)) return aligned(rows, widths, room);
  const [heading, ...others] = rows;
  if (heading && others.length > 0 && isHeading(heading)) return asRecords(heading, others, screen);
  return aligned(rows, widths, Number.POSITIVE_INFINITY);
};

const aligned = (rows: readonly (readonly string[])[], widths: readonly number[], room: number): string[] =>
  rows.flatMap((row) => {
    const head = row.slice(0, -1).map((cell, column) => cell.padEnd(widths[column] ?? 0) + '  ');
    const indent = ' '.repeat(head.join('').length);
    return wrap(row.at(-1) ?? '', room).map((line, index) => ((index === 0 ? head.join('') : indent) + line).trimEnd());
  });

const isHeading = (row: readonly string[]): boolean => row.every((cell) => /^[A-Z ]*$/.test(cell));

const asRecords = (heading: readonly string[], rows: readonly (readonly string[])[], screen: number): string[] =>
  rows.flatMap((row, index) => [
    ...(index === 0 ? [] : ['']),
    ...alignColumns(
      row.map((cell, column) => [heading[column]?.toLowerCase() ?? '', cell]),
      screen,
    ),
  ]);
