import { canonicalSettingName } from './setting-names.ts';
import { numberIn } from './setting-values.ts';

interface Least {
  readonly least: number;
  /** Of the number; absent: none. */
  readonly unit?: string;
  /** Continues "at least 25: ". */
  readonly why: string;
}

const needs = (least: number, what: string): Least => ({ least, why: `pgrow needs them for ${what}` });

/** A database may grow to that stage later, and one that was chosen before would not hold there. */
const heeded = (least: number): Least => ({
  least,
  why: 'Patroni, which runs the servers at stage ha, takes its own default in place of less',
});

/** Patroni's own bounds are those of CMDLINE_OPTIONS in its postgresql/config.py; where pgrow needs more, that counts. */
const leastValues: Readonly<Record<string, Least>> = {
  // Six replicas, each of them once more while it is built, with two connections each.
  max_wal_senders: needs(20, 'replicas, and as many again while new ones are built'),
  max_replication_slots: needs(20, 'slots of replicas, and as many again while new ones are built'),
  max_worker_processes: needs(2, 'parallel and logical workers'),
  superuser_reserved_connections: needs(3, "pgrow's own logins when clients have taken all others"),
  max_connections: heeded(25),
  max_locks_per_transaction: heeded(32),
  wal_keep_size: { ...heeded(16), unit: 'MB' },
};

/** What a value has to be at least for it to hold and pgrow to work, in words; null if it is enough. Values that are no number pass. */
export const tooSmall = (name: string, value: string): string | null => {
  const bound = leastValues[canonicalSettingName(name)];
  if (!bound) return null;
  const { least, unit = '', why } = bound;
  // PostgreSQL reads 0x10 as well.
  const number = numberIn(value, unit) ?? Number(value);
  return number < least ? `at least ${least}${unit}: ${why}` : null;
};
