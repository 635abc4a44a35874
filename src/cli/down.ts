import type { Command } from 'commander';
import { print, printJson, printProgress } from './output.ts';

export const down = (program: Command): void => {
  program
    .command('down')
    .description('stop the control plane; databases keep running, running operations continue with the next up')
    .option('--json', 'print what was stopped as one JSON document')
    .action(async ({ json }: { json?: true }) => {
      const { down: stopControlPlane } = await import('../launcher/control-plane.ts');
      const stopped = await stopControlPlane({ progress: printProgress });
      if (json) return printJson({ stopped });
      print(stopped.length === 0 ? 'Nothing was running.' : `Stopped ${stopped.join(', ')}. Databases keep running.`);
    });
};
