import { CommanderError, type Command } from 'commander';
import { createProgram } from '../../src/cli/program.ts';
import { databaseOf, verbOf } from '../../src/cli/value-kinds.ts';

/** A command, and all below it. */
export const withAllBelow = (command: Command): Command[] => [command, ...command.commands.flatMap(withAllBelow)];

/** What the command line says to its arguments, and which command would run: none is run. */
export const parseCommandLine = async (args: readonly string[]) => {
  let said = '';
  let parsed: Command | undefined;
  const program = createProgram();
  for (const command of withAllBelow(program)) {
    command.configureOutput({ writeOut: (text) => (said += text), writeErr: (text) => (said += text) });
    // What has no action shows its help, and goes on doing so.
    if (command.commands.length === 0) command.action(() => undefined);
  }
  program.hook('preAction', (_, command) => void (parsed = command));
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
  }
  return { said, verb: parsed && verbOf(parsed), database: parsed && databaseOf(parsed) };
};
