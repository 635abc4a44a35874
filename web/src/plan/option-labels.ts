import { plainText } from '../format/plain.ts';
import { bytesText, countText } from '../format/numbers.ts';
import type { ChangeKind } from '../data/changes.ts';
import type { Rule } from './option-rules.ts';
import { exactTime, shortTime } from './seconds.ts';

/** How options are called for people. What they may be is the API's matter. */
interface Label {
  readonly label: string;
  readonly unit?: 'seconds' | 'bytes';
  readonly help?: string;
  readonly choices?: Readonly<Record<string, string>>;
}

const labels: Readonly<Record<string, Label>> = {
  pool_mode: { label: 'Pool mode' },
  default_pool_size: { label: 'Server connections per user and database' },
  max_client_connections: { label: 'Client connections at most' },
  reserve_pool_size: { label: 'Server connections in reserve' },
  count: { label: 'Replicas' },
  replication_mode: { label: 'Replication' },
  load_balancing: {
    label: 'Load balancing of reads',
    choices: { round_robin: 'round robin', least_connections: 'least connections' },
  },
  enable_haproxy: { label: 'HAProxy in front of the replicas' },
  failover_time: { label: 'Failover time', unit: 'seconds' },
  sync_mode: { label: 'Replication', choices: { sync_one: 'sync, one standby', sync_all: 'sync, all standbys' } },
  auto_failback: { label: 'Move back to the preferred node after a failover' },
  maximum_lag_on_failover: { label: 'Lag of a successor at most', unit: 'bytes' },
  checkpoint_timeout: { label: 'Can be rolled back afterwards for', unit: 'seconds' },
  patience: { label: 'A step gives up without progress after', unit: 'seconds' },
  cutover_deadline: { label: 'A prepared cut-over waits for', unit: 'seconds' },
  keep_for: { label: 'Kept for', unit: 'seconds' },
  grace_period: { label: 'Applications have before pooling is removed', unit: 'seconds' },
  target_node: { label: 'Node that takes over' },
  on_obstacle: {
    label: 'If a transaction would fail',
    choices: { refuse: 'say no', wait: 'wait for a good moment', force: 'accept resets' },
  },
  node: { label: 'Node' },
  name: { label: 'Name of the new database' },
  postgres_major: { label: 'PostgreSQL' },
  port: { label: 'Port on this host', help: 'A free one if it is left empty.' },
  locale: { label: 'Locale', help: 'How text is sorted; for the life of the database.' },
  memory: { label: 'Memory of each PostgreSQL server', help: 'Such as 4GiB.' },
  storage: { label: 'Storage limit' },
  tls: {
    label: 'TLS',
    choices: {
      off: 'off: nothing is encrypted',
      allow: 'allow: clients may encrypt, all else is',
      require: 'require: everything is encrypted',
    },
  },
  extensions: { label: 'Extensions' },
  image: { label: 'Image' },
  cpus: { label: 'CPUs of each PostgreSQL server' },
};

const labelOf = (path: string): Label => {
  const name = path.split('.').at(-1)!;
  return labels[name] ?? { label: name.replaceAll('_', ' ') };
};

/** Those that stand open; the others are below "All options". */
export const firstOptions: Readonly<Record<ChangeKind, readonly string[]>> = {
  pooling: ['grace_period'],
  replicas: ['count'],
  ha: [],
  'scale-down': ['replicas.count'],
  change: [],
  switchover: ['target_node', 'on_obstacle'],
  failover: ['target_node'],
  reinitialize: [],
  repair: ['node'],
  rollback: [],
  snapshots: ['keep_for'],
  stop: [],
  start: [],
  restore: ['name', 'port', 'memory', 'cpus'],
  create: ['name', 'postgres_major', 'port', 'locale', 'memory', 'cpus'],
  destroy: [],
};

/** What the sheet asks in another way, or what the change is. */
export const otherwiseAsked: readonly string[] = [
  'enabled',
  'confirm',
  'pooling',
  'pooling.enabled',
  'target',
  'snapshot',
  'cutover',
  'cutover_deadline',
  // Another name of failover_time.
  'patroni_ttl_seconds',
];

export const titleOfOption = (path: string): string =>
  path.startsWith('pooling.') ? `Pooling: ${labelOf(path).label.toLowerCase()}` : labelOf(path).label;

export const isInSeconds = (path: string, rule: Rule): boolean =>
  labelOf(path).unit === 'seconds' && rule.enum === undefined;

/** Of a value that can be chosen, or that is usual. */
export const choiceText = (path: string, value: unknown): string => {
  const { choices, unit } = labelOf(path);
  const named = choices?.[plainText(value)];
  if (named !== undefined) return named;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value !== 'number') return plainText(value);
  if (unit === 'seconds') return exactTime(value);
  return unit === 'bytes' ? bytesText(value) : plainText(value);
};

/** `1 to 1,000, usually 20`. */
export const helpOf = (path: string, { minimum, maximum, default: usual }: Rule): string | undefined => {
  const { help, unit } = labelOf(path);
  // As it is typed.
  const number = unit === 'seconds' ? shortTime : countText;
  const range = minimum === undefined || maximum === undefined ? '' : `${number(minimum)} to ${number(maximum)}`;
  const said = unit === 'seconds' && typeof usual === 'number' ? shortTime(usual) : choiceText(path, usual);
  const usually = usual === undefined || typeof usual === 'object' ? '' : `usually ${said}`;
  return [help, [range, usually].filter(Boolean).join(', ')].filter(Boolean).join(' ') || undefined;
};
