import type { Command } from 'commander';
import { signalOperation } from './signal-operation.ts';

export const cutover = (program: Command): void => {
  const command = program.command('cutover <name>').description('start the cut-over that is waiting for this signal');
  signalOperation(command, 'cutover');
};
