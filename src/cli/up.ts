import type { Command } from 'commander';
import { print, printJson, printProgress } from './output.ts';

export const up = (program: Command): void => {
  program
    .command('up')
    .description('start the control plane, or the parts of it that are not running')
    .option('--json', 'print the addresses as one JSON document')
    .option('--move-operations', 'continue operations whose version of pgrow is gone under this one')
    .action(async ({ json, moveOperations = false }: { json?: true; moveOperations?: boolean }) => {
      const { up: startControlPlane } = await import('../launcher/control-plane.ts');
      const addresses = await startControlPlane({ moveOperations, progress: printProgress });
      if (json) return printJson(addresses);
      if (addresses.console !== null) print(`Console       ${addresses.console} (sign in: ./pgrow web)`);
      print(`API           ${addresses.api}`);
      print(`Temporal Web  ${addresses.temporal_web ?? 'not known: set TEMPORAL_WEB'}`);
      print(`Temporal      ${addresses.temporal_address}`);
    });
};
