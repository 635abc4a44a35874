import type { Series } from '../../data/types.ts';
import { bytesText, countText } from '../../format/numbers.ts';

type Unit = Series['unit'];
type Name = Series['name'];

export interface ChartKind {
  readonly id: string;
  readonly title: string;
  readonly names: readonly Name[];
  /** What is measured, in a sentence. */
  readonly says: string;
  /** Where nothing of it was. */
  readonly none: string;
  /** Whether zero is always in sight. */
  readonly fromZero: boolean;
  /** Of curves that belong to several metrics. */
  readonly words?: Partial<Record<Name, string>>;
}

export const charts: readonly ChartKind[] = [
  {
    id: 'connections',
    title: 'Connections',
    names: ['connections', 'connections_limit'],
    says: 'To each server, of applications and poolers, and how many it takes.',
    none: 'No server was measured.',
    fromZero: true,
    words: { connections_limit: 'limit' },
  },
  {
    id: 'activity',
    title: 'What connections do',
    names: ['connections_active', 'connections_idle', 'connections_idle_in_transaction'],
    says: 'Those of all servers that run a statement, wait for one, or wait for one inside a transaction.',
    none: 'No server was measured.',
    fromZero: true,
    words: {
      connections_active: 'active',
      connections_idle: 'idle',
      connections_idle_in_transaction: 'idle in transaction',
    },
  },
  {
    id: 'transactions',
    title: 'Transactions',
    names: ['commits'],
    says: 'Of each server that committed, per second.',
    none: 'No server was measured.',
    fromZero: true,
  },
  {
    id: 'lag',
    title: 'Replication lag',
    names: ['lag'],
    says: 'What each replica has not replayed yet, at most.',
    none: 'There was no replica.',
    fromZero: true,
  },
  {
    id: 'pool',
    title: 'Pool',
    names: ['pool_waiting', 'pool_active'],
    says: 'Clients of PgBouncer that have a connection to a server, and those that wait for one, at most.',
    none: 'There was no PgBouncer.',
    fromZero: true,
    words: { pool_waiting: 'waiting', pool_active: 'active' },
  },
  {
    id: 'cache',
    title: 'Cache hits',
    names: ['cache_hits'],
    says: 'Of the blocks that were read, those in shared buffers.',
    none: 'Nothing was read.',
    fromZero: false,
  },
  {
    id: 'round-trip',
    title: 'Round trip',
    names: ['round_trip'],
    says: 'SELECT 1 to each server, from the monitor.',
    none: 'No server was measured.',
    fromZero: true,
  },
  {
    id: 'size',
    title: 'Size',
    names: ['size'],
    says: "The application's database.",
    none: 'It was not measured.',
    fromZero: false,
    words: { size: 'size' },
  },
];

const digits = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 });

export const valueText = (value: number, unit: Unit): string => {
  switch (unit) {
    case 'bytes':
      return bytesText(value);
    case 'share':
      return percent.format(value);
    case 'ms':
      return `${digits.format(value)} ms`;
    case 'per_second':
      return `${digits.format(value)}/s`;
    case 'clients':
    case 'connections':
      return value < 10 ? digits.format(value) : countText(Math.round(value));
  }
};
