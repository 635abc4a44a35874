import type { ChangeRequest } from './api-client.ts';
import type { Command } from 'commander';
import { PgrowError } from '../domain/errors.ts';
import { connectToApi } from './connect-to-api.ts';
import { addConfirmedChangeOptions, runConfirmedChange, type ConfirmedFlags } from './confirmed-change.ts';
import {
  addOptions,
  checkpointOptions,
  given,
  operationBody,
  poolingBody,
  poolingOptions,
  type OperationFlags,
  type PoolingFlags,
} from './option-groups.ts';
import { graceOption } from './scale-down.ts';

export interface PoolingVerbFlags extends PoolingFlags, OperationFlags {
  readonly off?: true;
  readonly grace?: number;
}

export const pooling = (program: Command): void => {
  const command = program
    .command('pooling <name>')
    .description('turn pooling on, change its options without dropping a client, or turn it off (--off)')
    .option('--off', 'remove PgBouncer; the pooled addresses then lead straight to the database')
    .addOption(graceOption());
  addConfirmedChangeOptions(addOptions(command, poolingOptions, checkpointOptions)).action(
    async (database: string, flags: PoolingVerbFlags & ConfirmedFlags) => {
      const api = connectToApi();
      const request = poolingRequest(flags);
      process.exitCode = await runConfirmedChange({ api, database, request, flags });
    },
  );
};

export const poolingRequest = (flags: PoolingVerbFlags): ChangeRequest => {
  const options = poolingBody(flags);
  if (flags.off && Object.keys(options).length > 0) {
    throw new PgrowError('malformed_request', '--off cannot be combined with options of the pool.');
  }
  if (!flags.off && flags.grace !== undefined) {
    throw new PgrowError('malformed_request', '--grace requires --off.');
  }
  const body = flags.off ? { enabled: false, ...given({ grace_period: flags.grace }) } : { enabled: true, ...options };
  return { path: 'pooling', body: { ...body, ...operationBody(flags) } };
};
