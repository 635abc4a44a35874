import type { ChangeRequest } from './api-client.ts';
import { Option, type Command } from 'commander';
import { PgrowError } from '../domain/errors.ts';
import { expansionTargets, type ExpansionTarget } from '../domain/stage.ts';
import {
  addOptions,
  checkpointOptions,
  cutOverOptions,
  haBody,
  haOptions,
  integer,
  operationBody,
  poolingBody,
  poolingOptions,
  replicaBody,
  replicationOptions,
  type HaFlags,
  type OperationFlags,
  type PoolingFlags,
  type ReplicaFlags,
} from './option-groups.ts';

/** The options of `expand` and `plan` as commander hands them over. */
export interface ExpansionFlags extends PoolingFlags, ReplicaFlags, HaFlags, OperationFlags {
  readonly to: ExpansionTarget;
  readonly withPooling?: true;
}

/** `to`: whether where to has to be said. */
export const addExpansionOptions = (command: Command, to: 'required' | 'optional' = 'required'): Command =>
  addOptions(
    command,
    [
      new Option('--to <stage>', 'what to grow to').choices(expansionTargets).makeOptionMandatory(to === 'required'),
      new Option('--with-pooling', 'with --to replicas or ha: turn pooling on in the same operation'),
      new Option('--count <n>', 'replicas, 1–5 (default 1)').argParser(integer),
    ],
    poolingOptions,
    replicationOptions,
    haOptions,
    checkpointOptions,
    cutOverOptions,
  );

/** What the flags ask of the API. Flags of another target are sent along, so that the API can refuse them by name. */
export const expansionRequest = (flags: ExpansionFlags): ChangeRequest => {
  refuseZeroReplicas(flags);
  const [pooling, replicas, ha, operation] = [
    poolingBody(flags),
    replicaBody(flags),
    haBody(flags),
    operationBody(flags),
  ];
  const nested = Object.keys(pooling).length > 0 || flags.withPooling ? { pooling } : {};
  switch (flags.to) {
    case 'pooling':
      return { path: 'pooling', body: { enabled: true, ...pooling, ...replicas, ...ha, ...operation } };
    case 'replicas':
      return { path: 'replicas', body: { ...replicas, ...ha, ...nested, ...operation } };
    case 'ha':
      return { path: 'ha', body: { enabled: true, ...ha, ...replicas, ...nested, ...operation } };
    default:
      return flags.to satisfies never;
  }
};

/** To the API a count of 0 means scaling down, which `expand` must never do. */
const refuseZeroReplicas = ({ count }: ExpansionFlags): void => {
  if (count === undefined || count > 0) return;
  throw new PgrowError('invalid_input', 'Cannot expand: --count is out of range.', {
    problems: [{ path: 'count', value: count, allowed: '1 to 5' }],
  });
};
