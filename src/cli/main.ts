import { CommanderError, type Command } from 'commander';
import { chooseContext, refuseAwayFromHome } from './chosen-context.ts';
import { connectToApi } from './connect-to-api.ts';
import { prepareDocuments } from './document-format.ts';
import { exitCodes } from './exit-codes.ts';
import { reportFailure, reportWrongUsage } from './failure.ts';
import { createProgram } from './program.ts';
import { suggestDatabase } from './suggest-database.ts';
import { databaseOf, verbOf } from './value-kinds.ts';

// `pgrow status | head` ends early, and that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

/** How long the names of databases are waited for, in milliseconds, when one of them was probably meant. */
const suggestionTimeoutMs = 2_000;

let running: Command | undefined;
const program = createProgram().hook('preAction', (_, command) => {
  running = command;
  chooseContext(program.opts<{ context?: string }>().context);
  refuseAwayFromHome(verbOf(command));
});

try {
  await prepareDocuments(process.argv.slice(2));
  await program.parseAsync();
} catch (error) {
  process.exitCode =
    error instanceof CommanderError
      ? error.exitCode === 0
        ? exitCodes.done
        : reportWrongUsage(error)
      : reportFailure(
          await suggestDatabase(error, {
            asked: running && databaseOf(running),
            connect: () => connectToApi({ timeoutMs: suggestionTimeoutMs }),
          }),
        );
}
