import { Argument, type Command } from 'commander';
import { printProgress } from './output.ts';

interface Options {
  readonly readyFile?: string;
  readonly moveOperations?: boolean;
}

export const serve = (program: Command): void => {
  program
    .command('serve')
    .description('run one program of the control plane in the foreground, for containers and service managers')
    .addArgument(new Argument('<program>', 'which one').choices(['worker', 'api', 'monitor']))
    .option('--ready-file <path>', 'file that exists while the worker or monitor serves, for health checks')
    .option('--move-operations', 'continue operations whose version of the worker is gone under this one')
    .action(async (name: 'worker' | 'api' | 'monitor', { readyFile, moveOperations = false }: Options) => {
      const { serve: run } = await import('../launcher/serve.ts');
      await run({ program: name, readyFile, moveOperations, progress: printProgress });
    });
};
