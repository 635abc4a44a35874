import type { Command } from 'commander';
import type { Finding } from '../domain/finding.ts';
import { connectToApi } from './connect-to-api.ts';
import { exitCodes } from './exit-codes.ts';
import { print, printJson } from './output.ts';

/** The API's answer. */
export interface DoctorDocument {
  readonly findings: readonly Finding[];
  /** Only after a removal. */
  readonly removed?: readonly Finding[];
  readonly failed?: readonly { readonly what: string; readonly command: string }[];
}

/** Undoing an operation may take two minutes, and fetch gives up after five. Milliseconds. */
const removalTimeoutMs = 290_000;

export const doctor = (program: Command): void => {
  program
    .command('doctor')
    .description(
      'find leftovers (containers, volumes, networks, slots, paused poolers, abandoned operations) and nodes that are ' +
        'missing, were changed or have a stopped server; exit 1 if there are any',
    )
    .option('--remove', 'remove leftovers that are safe to remove')
    .option('--json', 'print one JSON document')
    .action(async ({ remove, json }: { remove?: true; json?: true }) => {
      const api = connectToApi();
      const document = remove
        ? await api.post<DoctorDocument>('/v1/doctor/removal', {}, { timeoutMs: removalTimeoutMs })
        : await api.get<DoctorDocument>('/v1/doctor');
      if (json) printJson(document);
      else doctorText(document).forEach(print);
      process.exitCode = document.findings.length > 0 ? exitCodes.failed : exitCodes.done;
    });
};

export const doctorText = ({ findings, removed = [], failed = [] }: DoctorDocument): string[] => [
  ...removed.map(({ kind, name }) => `${verbs[kind] ?? 'Removed'} ${title(kind)} ${name}.`),
  ...failed.map(({ what, command }) => `Could not remove ${what}. Finish with: ${command}`),
  ...(findings.length === 0 ? ['Nothing is left over, missing or changed.'] : []),
  ...findings.flatMap(({ kind, name, explanation, removable, command }) => [
    `${title(kind)} ${name}`,
    `  ${explanation}`,
    `  ${removable ? './pgrow doctor --remove' : command.startsWith('./pgrow ') ? command : `By hand: ${command}`}`,
  ]),
];

const verbs: Partial<Record<Finding['kind'], string>> = { paused_pooler: 'Resumed', operation: 'Undone' };

const title = (kind: Finding['kind']): string => kind.replaceAll('_', ' ');
