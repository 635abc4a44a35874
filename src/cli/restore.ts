import type { Command } from 'commander';
import { tlsModes } from '../domain/tls.ts';
import { addPlannedChangeOptions, runChange, type ChangeFlags } from './change.ts';
import { connectToApi } from './connect-to-api.ts';
import { addSizeOptions, numberIfOne, sizeIn, type SizeFlags } from './create.ts';

interface RestoreFlags extends ChangeFlags, SizeFlags {
  readonly snapshot: string;
  readonly as: string;
  readonly port?: string;
  readonly tls?: string;
  readonly dryRun?: true;
}

export const restore = (program: Command): void => {
  const command = program
    .command('restore <name>')
    .description('create a database from a snapshot of this one, which is not changed')
    .requiredOption('--snapshot <id>', 'as "snapshots NAME" lists it')
    .requiredOption('--as <name>', 'name of the new database')
    .option('--port <port>', 'loopback port of its postgres on this host, 1024–65535 (default: a free one)')
    .option('--tls <mode>', `whether lines are encrypted: ${tlsModes.join(', ')} (default: as NAME has it)`);
  addSizeOptions(command, ['as NAME has it', 'as NAME has it', 'as NAME has it']);
  addPlannedChangeOptions(command).action(async (source: string, flags: RestoreFlags) => {
    const { snapshot, as: name, port, tls } = flags;
    const body = {
      snapshot,
      name,
      ...(port !== undefined && { port: numberIfOne(port) }),
      ...(tls !== undefined && { tls }),
      ...sizeIn(flags),
    };
    const request = { path: 'restore', body, becomes: name };
    process.exitCode = await runChange({ api: connectToApi(), database: source, ...request, flags });
  });
};
