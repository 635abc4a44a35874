import type { Command } from 'commander';
import { chosenProject } from './chosen-context.ts';
import { connectToApi } from './connect-to-api.ts';
import { printProgress } from './output.ts';

export const mcp = (program: Command): void => {
  program
    .command('mcp')
    .description('serve tools for agents on standard input and output, by the Model Context Protocol')
    .action(async () => {
      const [{ serveMcp }, { versionOfSources }] = await Promise.all([
        import('../mcp/serve-mcp.ts'),
        import('../launcher/version.ts'),
      ]);
      await serveMcp({
        connect: connectToApi,
        version: versionOfSources(),
        project: chosenProject(),
        log: printProgress,
      });
    });
};
