import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { PgrowError } from '../domain/errors.ts';
import { childEnvironment } from '../launcher/environment.ts';
import { parseEndpoint, type Endpoint } from '../workload/endpoint.ts';
import { connectToApi } from './connect-to-api.ts';
import { chooseConnectionString, readConnectionStrings, warnOfOldPassword } from './connection-strings.ts';
import { addEndpointOptions, chosenEndpoint, type EndpointFlags } from './url.ts';

export const connect = (program: Command): void => {
  const command = program
    .command('connect <name>')
    .description('open psql on a database as its application user; what follows -- goes to psql')
    .argument('[arguments...]', 'for psql');
  addEndpointOptions(command).action(async (database: string, forPsql: string[], flags: EndpointFlags) => {
    const strings = await readConnectionStrings(connectToApi(), database);
    warnOfOldPassword(database, strings);
    const endpoint = parseEndpoint(chooseConnectionString(database, strings, { endpoint: chosenEndpoint(flags) }));
    process.exitCode = await runPsql(endpoint, forPsql);
  });
};

/** The password reaches psql by a file that only we can read, never by its arguments or environment. */
const runPsql = async (endpoint: Endpoint, forPsql: readonly string[]): Promise<number> => {
  const directory = mkdtempSync(join(tmpdir(), 'pgrow-psql-'));
  const passfile = join(directory, 'pgpass');
  // Ctrl-C is psql's to handle: it cancels a query there.
  const ignore = (): void => undefined;
  process.on('SIGINT', ignore);
  try {
    writeFileSync(passfile, `${passfileLine(endpoint)}\n`, { mode: 0o600 });
    const { host, port, user, database } = endpoint;
    return await new Promise<number>((resolve, reject) => {
      const child = spawn('psql', ['-h', host, '-p', String(port), '-U', user, '-d', database, ...forPsql], {
        stdio: 'inherit',
        env: childEnvironment({ PGPASSFILE: passfile }),
      });
      child.on('error', (error) => reject(psqlMissing(error)));
      child.on('exit', (code) => resolve(code ?? 1));
    });
  } finally {
    process.off('SIGINT', ignore);
    rmSync(directory, { recursive: true, force: true });
  }
};

/** A line of a password file; `:` and `\` are escaped (PostgreSQL manual, "The Password File"). */
export const passfileLine = ({ host, port, database, user, password }: Endpoint): string =>
  [host, String(port), database, user, password].map((field) => field.replace(/[\\:]/g, '\\$&')).join(':');

const psqlMissing = (error: Error): PgrowError =>
  new PgrowError(
    'internal',
    `Cannot run psql (${error.message}). Install it (Debian and Ubuntu: apt-get install postgresql-client; macOS: brew install libpq), ` +
      'or pass the output of "./pgrow url NAME" to any other client.',
    { cause: error },
  );
