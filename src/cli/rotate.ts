import type { Command } from 'commander';
import { print, printJson, printProgress } from './output.ts';

export const rotate = (program: Command): void => {
  program
    .command('rotate')
    .description('seal what the metadata keep secret with a new key, while the control plane runs')
    .requiredOption('--secret-key', 'the key of the home that passwords are encrypted with')
    .option('--json', 'print what was done as one JSON document')
    .action(async ({ json }: { json?: true }) => {
      const { rotateSecretKey } = await import('../launcher/rotate-secret-key.ts');
      const { file, retired, resealed } = await rotateSecretKey(printProgress);
      if (json) return printJson({ file, retired, resealed });
      print(`${resealed} ${resealed === 1 ? 'secret is' : 'secrets are'} sealed with a new key, in ${file}.`);
      print(
        `The old key is in ${retired}: copies of the metadata that were made before need it. Remove it when there are none.`,
      );
    });
};
