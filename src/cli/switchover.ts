import { Option, type Command } from 'commander';
import type { OnObstacle } from '../domain/inputs.ts';
import { addPlannedChangeOptions, runChange, type ChangeFlags } from './change.ts';
import { connectToApi } from './connect-to-api.ts';

interface Flags extends ChangeFlags {
  readonly wait?: true;
  readonly force?: true;
}

export const switchover = (program: Command): void => {
  const command = program
    .command('switchover <name> [node]')
    .description('move writes to another node; without one to the replica that is least behind')
    .addOption(new Option('--wait', 'wait for a moment at which no transaction fails').conflicts('force'))
    .option('--force', 'go ahead although sessions are reset by it');
  addPlannedChangeOptions(command).action(async (database: string, node: string | undefined, flags: Flags) => {
    const onObstacle: OnObstacle = flags.wait ? 'wait' : flags.force ? 'force' : 'refuse';
    const body = { ...(node === undefined ? {} : { target_node: node }), on_obstacle: onObstacle };
    process.exitCode = await runChange({ api: connectToApi(), database, path: 'switchover', body, flags });
  });
};
