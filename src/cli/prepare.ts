import type { Command } from 'commander';
import { print, printJson, printProgress } from './output.ts';

export const prepare = (program: Command): void => {
  program
    .command('prepare')
    .description('make a home ready for "serve", with a Temporal and a PostgreSQL that are there')
    .option('--json', 'print what was prepared as one JSON document')
    .action(async ({ json }: { json?: true }) => {
      const { prepare: prepareHome } = await import('../launcher/prepare.ts');
      const { home, version, images } = await prepareHome(printProgress);
      if (json) return printJson({ home, version, images });
      print(`Home     ${home}`);
      print(`Version  ${version}`);
    });
};
