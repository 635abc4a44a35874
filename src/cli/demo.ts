import { InvalidArgumentError, type Command } from 'commander';
import { connectToApi } from './connect-to-api.ts';
import { demoExitCode, demoText } from './demo-report.ts';
import { print, printJson, printProgress } from './output.ts';

export const demo = (program: Command): void => {
  program
    .command('demo')
    .description('show it all: a database grows from one instance to high availability while clients write to it')
    .option('--clients <n>', 'connections that write, 1–64', clientCount, 8)
    .option('--json', 'print the report as one JSON document')
    .action(async ({ clients, json }: { clients: number; json?: true }) => {
      const { up } = await import('../launcher/control-plane.ts');
      const { runDemo } = await import('./demo-run.ts');
      const addresses = await up({ progress: printProgress });
      const report = await runDemo({ api: connectToApi(), addresses, clients, say: printProgress });
      if (json) printJson(report);
      else demoText(report).forEach(print);
      process.exitCode = demoExitCode(report);
    });
};

const clientCount = (text: string): number => {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 64) throw new InvalidArgumentError('Allowed: 1 to 64.');
  return count;
};
