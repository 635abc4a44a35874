import type { Command } from 'commander';
import { signalOperation } from './signal-operation.ts';

export const cutover = (program: Command): void => {
  const command = program
    .command('cutover <name>')
    .description('go ahead with the cut-over that waits for this signal');
  signalOperation(command, 'cutover');
};
