import type { Command } from 'commander';
import { signalOperation } from './signal-operation.ts';

export const abort = (program: Command): void => {
  const command = program.command('abort <name>').description('abort the running operation and undo everything it did');
  signalOperation(command, 'abort');
};
