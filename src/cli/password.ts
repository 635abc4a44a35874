import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { Command } from 'commander';
import { PgrowError } from '../domain/errors.ts';
import { postgresPath } from './api-client.ts';
import { connectToApi } from './connect-to-api.ts';
import { print, printJson } from './output.ts';
import { readFirstLine } from './read-first-line.ts';

export const password = (program: Command): void => {
  program
    .command('password <name>')
    .description("record the password that the application's role has been given; asked for on the terminal")
    .option('--file <path>', 'read it from the first line of a file instead; - for standard input')
    .option('--json', 'print the role as one JSON document')
    .action(async (database: string, flags: { file?: string; json?: true }) => {
      const given = flags.file === undefined ? await ask(database) : readFirstLine(flags.file, 'the password');
      const recorded = await connectToApi().post<{ role: string }>(postgresPath(database, 'password'), {
        password: given,
      });
      if (flags.json) return printJson(recorded);
      print(`The server accepts it for ${recorded.role}; url and connect use it from now on.`);
    });
};

const ask = async (database: string): Promise<string> => {
  if (!process.stdin.isTTY) {
    throw new PgrowError(
      'malformed_request',
      'There is no terminal to ask for the password. Name a file: --file PATH, or --file - for standard input.',
    );
  }
  process.stderr.write(`New password of the application of ${database}: `);
  // Nothing of what is typed is shown.
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await terminal.question('');
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
};
