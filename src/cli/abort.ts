import type { Command } from 'commander';
import { signalOperation } from './signal-operation.ts';

export const abort = (program: Command): void => {
  const command = program.command('abort <name>').description('call the running operation off and put everything back');
  signalOperation(command, 'abort');
};
