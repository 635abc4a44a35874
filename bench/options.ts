import { parseArgs } from 'node:util';

export const sizes = ['empty', '1gb'] as const;
export type Size = (typeof sizes)[number];

export interface BenchOptions {
  readonly repeat: number;
  readonly size: Size | 'both';
  /** Up the ladder and back, and the jump. */
  readonly stages: boolean;
  /** Switchovers and failovers, beside Patroni's own. */
  readonly moves: boolean;
  /** File for everything that was measured; null for none. */
  readonly json: string | null;
}

const usage = 'usage: npm run bench -- [--repeat N] [--size empty|1gb|both] [--only stages|moves] [--json FILE]';

export const readOptions = (given: readonly string[]): BenchOptions => {
  const { values } = parseArgs({
    args: [...given],
    options: {
      repeat: { type: 'string', default: '3' },
      size: { type: 'string', default: 'both' },
      only: { type: 'string' },
      json: { type: 'string' },
    },
  });
  const repeat = Number(values.repeat);
  if (!Number.isInteger(repeat) || repeat < 1)
    throw new Error(`--repeat ${values.repeat}: a whole number from 1. ${usage}`);
  const size = [...sizes, 'both' as const].find((known) => known === values.size);
  if (size === undefined) throw new Error(`--size ${values.size}: empty, 1gb or both. ${usage}`);
  const { only } = values;
  if (only !== undefined && only !== 'stages' && only !== 'moves')
    throw new Error(`--only ${only}: stages or moves. ${usage}`);
  return { repeat, size, stages: only !== 'moves', moves: only !== 'stages', json: values.json ?? null };
};
