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
  /** Changes that need a hand-over, at each stage. */
  readonly changes: boolean;
  /** pg_auto_failover's, on the same machine. */
  readonly peer: boolean;
  /** File for everything that was measured; null for none. */
  readonly json: string | null;
  /** Directory for a picture of one switchover and one failover; null for none. */
  readonly picture: string | null;
}

const parts = ['stages', 'moves', 'changes', 'peer'] as const;

const usage =
  'usage: npm run bench -- [--repeat N] [--size empty|1gb|both] [--only stages|moves|changes|peer] [--json FILE] [--picture DIR]';

export const readOptions = (given: readonly string[]): BenchOptions => {
  const { values } = parseArgs({
    args: [...given],
    options: {
      repeat: { type: 'string', default: '3' },
      size: { type: 'string', default: 'both' },
      only: { type: 'string' },
      json: { type: 'string' },
      picture: { type: 'string' },
    },
  });
  const repeat = Number(values.repeat);
  if (!Number.isInteger(repeat) || repeat < 1)
    throw new Error(`--repeat ${values.repeat}: a whole number from 1. ${usage}`);
  const size = [...sizes, 'both' as const].find((known) => known === values.size);
  if (size === undefined) throw new Error(`--size ${values.size}: empty, 1gb or both. ${usage}`);
  const only = parts.find((known) => known === values.only);
  if (values.only !== undefined && only === undefined)
    throw new Error(`--only ${values.only}: ${parts.join(', ')}. ${usage}`);
  const picture = values.picture ?? null;
  const moves = only === undefined || only === 'moves';
  if (picture !== null && !moves)
    throw new Error(`--picture ${picture}: the picture is of moves, which --only ${only} leaves out. ${usage}`);
  return {
    repeat,
    size,
    stages: only === undefined || only === 'stages',
    moves,
    changes: only === undefined || only === 'changes',
    peer: moves || only === 'peer',
    json: values.json ?? null,
    picture,
  };
};
