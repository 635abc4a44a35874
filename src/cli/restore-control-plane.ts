import type { Command } from 'commander';
import type { Restored } from '../launcher/restore-control-plane.ts';
import { holds } from './backup-control-plane.ts';
import { print, printJson, printProgress } from './output.ts';

export const restoreControlPlane = (program: Command): void => {
  program
    .command('restore-control-plane <file>')
    .description(
      'make home and metadata again from a backup, or from standard input ("-"), into a control plane that is gone',
    )
    .option('--check', 'only read the backup and say what it holds, and what stands in its way')
    .option('--json', 'print what was restored as one JSON document')
    .action(async (from: string, { check = false, json }: { check?: boolean; json?: true }) => {
      const { restoreControlPlane: restore } = await import('../launcher/restore-control-plane.ts');
      const restored = await restore({ from, check, progress: printProgress });
      if (json) {
        const {
          manifest: { home: home_id, ...content },
          ...outcome
        } = restored;
        return printJson({ ...outcome, home_id, ...content });
      }
      restoredText(restored).forEach(print);
    });
};

export const restoredText = ({ home, manifest, restored, unknown }: Restored): string[] => [
  `Backup of ${manifest.taken_at} by pgrow ${manifest.pgrow}: ${holds(manifest)}`,
  ...(unknown ?? []).map(
    ({ id, name }) => `On the Docker engine, and not in this backup: ${name} (${id}). It is left as it is.`,
  ),
  ...(unknown === null ? ['The Docker engine does not answer: what is on it was not compared.'] : []),
  ...outcome[restored](home),
];

const outcome: Readonly<Record<Restored['restored'], (home: string) => readonly string[]>> = {
  now: (home) => [
    `Restored in ${home}. Start it: ./pgrow up, or the services that run it.`,
    'Each database is held until its record has been found to be what is on the engine: ./pgrow status NAME',
  ],
  before: (home) => [`It has been restored in ${home} before. Start it: ./pgrow up, or the services that run it.`],
  'not: checked only': () => ['It is whole and can be restored. Nothing was touched.'],
};
