import type { ChangeRequest } from './api-client.ts';
import { Option, type Command } from 'commander';
import { PgrowError } from '../domain/errors.ts';
import { connectToApi } from './connect-to-api.ts';
import { addConfirmedChangeOptions, runConfirmedChange, type ConfirmedFlags } from './confirmed-change.ts';
import { parseSeconds } from './duration.ts';
import {
  addOptions,
  checkpointOptions,
  cutOverOptions,
  given,
  integer,
  operationBody,
  replicaBody,
  replicationOptions,
  type OperationFlags,
  type ReplicaFlags,
} from './option-groups.ts';

export const scaleDownStages = ['replicas', 'pooling', 'single'] as const;
type ScaleDownStage = (typeof scaleDownStages)[number];

export interface ScaleDownFlags extends Omit<ReplicaFlags, 'count'>, OperationFlags {
  readonly to: ScaleDownStage;
  readonly replicas?: number;
  readonly grace?: number;
}

export const scaleDown = (program: Command): void => {
  const command = program
    .command('scale-down <name>')
    .description('take a database back to a lower stage with all its data, from any stage in one operation');
  addConfirmedChangeOptions(addScaleDownOptions(command)).action(
    async (database: string, flags: ScaleDownFlags & ConfirmedFlags) => {
      const request = scaleDownRequest(flags);
      process.exitCode = await runConfirmedChange({ api: connectToApi(), database, request, flags });
    },
  );
};

export const addScaleDownOptions = (command: Command): Command =>
  addOptions(
    command,
    [
      new Option('--to <stage>', 'what to go back to').choices(scaleDownStages).makeOptionMandatory(),
      new Option('--replicas <n>', 'with --to replicas: how many stay, 1–5 (default 1)').argParser(integer),
      graceOption(),
    ],
    replicationOptions,
    checkpointOptions,
    cutOverOptions,
  );

export const graceOption = (): Option =>
  new Option('--grace <time>', 'how long applications have before pooling is removed, 0 to 7d (default 1h)').argParser(
    parseSeconds,
  );

export const scaleDownRequest = (flags: ScaleDownFlags): ChangeRequest => {
  const replicas = replicaBody({ ...flags, ...given({ count: flags.replicas }) });
  if (Object.keys(replicas).length > 0 && flags.to !== 'replicas') {
    throw new PgrowError('malformed_request', `--to ${flags.to} keeps no replicas: omit their options.`);
  }
  return {
    path: 'scale-down',
    body: {
      target: flags.to,
      ...(Object.keys(replicas).length > 0 && { replicas }),
      ...given({ grace_period: flags.grace }),
      ...operationBody(flags),
    },
  };
};
