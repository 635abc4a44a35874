import { Option, type Command } from 'commander';
import type { OnObstacle } from '../domain/inputs.ts';
import { addConfirmedChangeOptions, runConfirmedChange, type ConfirmedFlags } from './confirmed-change.ts';
import { connectToApi } from './connect-to-api.ts';
import { addOptions, operationBody, patienceOptions, type PatienceFlags } from './option-groups.ts';

interface Flags extends ConfirmedFlags, PatienceFlags {
  readonly wait?: true;
  readonly force?: true;
}

export const switchover = (program: Command): void => {
  const command = program
    .command('switchover <name> [node]')
    .description('move writes to another node; without one to the replica that is least behind')
    .addOption(new Option('--wait', 'wait for a moment at which no transaction fails').conflicts('force'))
    .option('--force', 'proceed even if that resets sessions');
  addConfirmedChangeOptions(addOptions(command, patienceOptions)).action(
    async (database: string, node: string | undefined, flags: Flags) => {
      const onObstacle: OnObstacle = flags.wait ? 'wait' : flags.force ? 'force' : 'refuse';
      const body = {
        ...(node === undefined ? {} : { target_node: node }),
        on_obstacle: onObstacle,
        ...operationBody(flags),
      };
      process.exitCode = await runConfirmedChange({
        api: connectToApi(),
        database,
        request: { path: 'switchover', body },
        flags,
      });
    },
  );
};
