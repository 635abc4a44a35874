import type { Command } from 'commander';
import { printProgress } from './output.ts';

export const test = (program: Command): void => {
  program
    .command('test')
    .description('prepare the engine, the images and Temporal, then run every check and test')
    .action(async () => {
      const { runTests } = await import('../launcher/run-tests.ts');
      process.exitCode = await runTests({ progress: printProgress });
    });
};
