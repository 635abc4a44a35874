import { Argument, type Command } from 'commander';
import { readEnvironment } from '../launcher/environment.ts';
import { postgresPath } from './api-client.ts';
import { chooseContext } from './chosen-context.ts';
import { completionScripts, type Shell } from './completion-scripts.ts';
import { completionsAt, type Candidate, type Completions } from './completions.ts';
import { connectToApi } from './connect-to-api.ts';
import { localName, readConfiguration } from './contexts.ts';
import { readDatabaseNames } from './database-names.ts';
import { print } from './output.ts';
import type { StatusDocument } from './status-document.ts';

/** Milliseconds. Who presses Tab waits no longer for names. */
const namesTimeoutMs = 1_000;

export const completion = (program: Command): void => {
  program
    .command('completion')
    .description('print the script by which a shell completes verbs, options and names')
    .addArgument(new Argument('<shell>', 'which one').choices(Object.keys(completionScripts)))
    .action((shell: Shell) => {
      process.stdout.write(completionScripts[shell]);
    });
  program
    .command('complete [words...]', { hidden: true })
    .description('what can stand where the cursor is; asked by the scripts of "completion"')
    .action(async (words: readonly string[]) => {
      for (const line of await completionLines(program, words)) print(line);
    });
};

/** Silent about everything that goes wrong: an error would appear in the middle of the command being typed. */
const completionLines = async (program: Command, words: readonly string[]): Promise<string[]> => {
  const found = completionsAt(program, words);
  if (found.kind === 'file') return [':files'];
  const typed = (words.at(-1) ?? '').slice(found.prefix.length);
  const names = await readNames(found).catch(() => []);
  const matching = names.filter((name) => name.startsWith(typed)).map((name) => ({ word: found.prefix + name }));
  return [...found.candidates, ...matching].map(({ word, about }: Candidate) =>
    about === undefined ? word : `${word}\t${about}`,
  );
};

const readNames = async ({ kind, database, context }: Completions): Promise<readonly string[]> => {
  if (context !== undefined) chooseContext(context);
  const connect = () => connectToApi({ timeoutMs: namesTimeoutMs });
  switch (kind) {
    case 'context':
      return [localName, ...Object.keys(readConfiguration(readEnvironment().configuration).contexts)];
    case 'database':
      return readDatabaseNames(connect);
    case 'node': {
      if (database === undefined) return [];
      const { nodes } = await connect().get<Pick<StatusDocument, 'nodes'>>(postgresPath(database, 'status'));
      return nodes.map(({ name }) => name);
    }
    default:
      return [];
  }
};
