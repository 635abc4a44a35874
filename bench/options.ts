import { parseArgs } from 'node:util';

export const sizes = ['empty', '1gb'] as const;
export type Size = (typeof sizes)[number];

export interface BenchOptions {
  readonly repeat: number;
  readonly size: Size | 'both';
  /** File for everything that was measured; null for none. */
  readonly json: string | null;
}

const usage = 'usage: npm run bench -- [--repeat N] [--size empty|1gb|both] [--json FILE]';

export const readOptions = (given: readonly string[]): BenchOptions => {
  const { values } = parseArgs({
    args: [...given],
    options: {
      repeat: { type: 'string', default: '3' },
      size: { type: 'string', default: 'both' },
      json: { type: 'string' },
    },
  });
  const repeat = Number(values.repeat);
  if (!Number.isInteger(repeat) || repeat < 1)
    throw new Error(`--repeat ${values.repeat}: a whole number from 1. ${usage}`);
  const size = [...sizes, 'both' as const].find((known) => known === values.size);
  if (size === undefined) throw new Error(`--size ${values.size}: empty, 1gb or both. ${usage}`);
  return { repeat, size, json: values.json ?? null };
};
