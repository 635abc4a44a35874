import type { Command } from 'commander';
import { servicePath } from './api-client.ts';
import { connectToApi } from './connect-to-api.ts';
import { print, printJson } from './output.ts';

export const protect = (program: Command): void => {
  program
    .command('protect <name>')
    .description('refuse to destroy a database until this is turned off again')
    .option('--off', 'let it be destroyed')
    .option('--json', 'print one JSON document')
    .action(async (name: string, { off, json }: { off?: true; json?: true }) => {
      const service = await connectToApi().patch<object>(servicePath(name), { protected: off !== true });
      if (json) printJson(service);
      else print(off ? `${name} can be destroyed.` : `${name} is protected: it cannot be destroyed.`);
    });
};
