import { InvalidArgumentError, Option, type Command } from 'commander';
import { failoverTimes, maximumLags, poolModes } from '../domain/options.ts';
import { parseSeconds } from './duration.ts';

/** Options that several verbs take, and what they become in a body. Ranges are checked by the API, which names all problems at once. */

export interface PoolingFlags {
  readonly poolMode?: string;
  readonly defaultPoolSize?: number;
  readonly maxClientConnections?: number;
  readonly reservePoolSize?: number;
}

export interface ReplicaFlags {
  readonly count?: number;
  readonly replicationMode?: string;
  readonly loadBalancing?: string;
  /** `--no-haproxy` makes it false. */
  readonly haproxy?: boolean;
}

export interface HaFlags {
  readonly failoverTime?: number;
  readonly patroniTtlSeconds?: number;
  readonly syncMode?: string;
  readonly autoFailback?: true;
  readonly maximumLagOnFailover?: number | 'unlimited';
}

export interface CutOverFlags extends PatienceFlags {
  readonly cutover?: string;
  readonly cutoverDeadline?: number;
}

export interface PatienceFlags {
  readonly patience?: number;
}

export interface OperationFlags extends CutOverFlags {
  readonly checkpointTimeout?: number;
}

const option = (flags: string, description: string): Option => new Option(flags, description);

/** Only what would not survive as JSON is refused here. */
export const integer = (text: string): number => {
  if (!/^-?\d+$/.test(text)) throw new InvalidArgumentError('Allowed: a whole number.');
  return Number(text);
};

export const positiveInteger = (text: string): number => {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('Allowed: a whole number from 1.');
  return Number(text);
};

export const poolingOptions: readonly Option[] = [
  option('--pool-mode <mode>', `${poolModes.join(', ')} (default transaction)`),
  option('--default-pool-size <n>', 'server connections per user and database, 1–1000 (default 20)').argParser(integer),
  option('--max-client-connections <n>', '1–10000, not below the pool size (default 100)').argParser(integer),
  option('--reserve-pool-size <n>', '0–1000 (default 5)').argParser(integer),
];

export const replicationOptions: readonly Option[] = [
  option('--replication-mode <mode>', 'async, sync (default async)'),
  option('--load-balancing <how>', 'round_robin, least_connections (default round_robin)'),
  option('--no-haproxy', 'replicas without HAProxy'),
];

export const haOptions: readonly Option[] = [
  option('--failover-time <seconds>', `${failoverTimes.join(', ')} (default 30)`).argParser(parseSeconds),
  option('--patroni-ttl-seconds <seconds>', 'another name for --failover-time').argParser(parseSeconds),
  option('--sync-mode <mode>', 'async, sync_one, sync_all (default async)'),
  option('--auto-failback', 'move back to the preferred node once it has caught up after a failover'),
  option('--maximum-lag-on-failover <bytes>', `${maximumLags.join(', ')} (default 1048576)`).argParser((text) =>
    text === 'unlimited' ? text : integer(text),
  ),
];

export const cutOverOptions: readonly Option[] = [
  option('--cutover <when>', 'automatic, on_signal (default automatic)'),
  option('--cutover-deadline <time>', 'how long a prepared cut-over waits for "cutover NAME" (default 24h)').argParser(
    parseSeconds,
  ),
];

export const patienceOptions: readonly Option[] = [
  option(
    '--patience <time>',
    '1m to 24h: how long a step may go without progress (default: as --checkpoint-timeout)',
  ).argParser(parseSeconds),
];

export const checkpointOptions: readonly Option[] = [
  option(
    '--checkpoint-timeout <time>',
    '1m to 24h: how long the operation can be rolled back afterwards (default 30m)',
  ).argParser(parseSeconds),
  ...patienceOptions,
];

export const addOptions = (command: Command, ...groups: readonly (readonly Option[])[]): Command => {
  for (const each of groups.flat()) command.addOption(each);
  return command;
};

/** Without what was not given: the defaults are the API's. */
export const given = (options: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

export const poolingBody = (flags: PoolingFlags) =>
  given({
    pool_mode: flags.poolMode,
    default_pool_size: flags.defaultPoolSize,
    max_client_connections: flags.maxClientConnections,
    reserve_pool_size: flags.reservePoolSize,
  });

export const replicaBody = (flags: ReplicaFlags) =>
  given({
    count: flags.count,
    replication_mode: flags.replicationMode,
    load_balancing: flags.loadBalancing,
    enable_haproxy: flags.haproxy === false ? false : undefined,
  });

export const haBody = (flags: HaFlags) =>
  given({
    failover_time: flags.failoverTime,
    patroni_ttl_seconds: flags.patroniTtlSeconds,
    sync_mode: flags.syncMode,
    auto_failback: flags.autoFailback,
    maximum_lag_on_failover: flags.maximumLagOnFailover,
  });

export const operationBody = (flags: OperationFlags) =>
  given({
    checkpoint_timeout: flags.checkpointTimeout,
    patience: flags.patience,
    cutover: flags.cutover,
    cutover_deadline: flags.cutoverDeadline,
  });
