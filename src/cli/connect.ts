import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { hostAddress } from '../domain/endpoints.ts';
import { PgrowError } from '../domain/errors.ts';
import { childEnvironment } from '../launcher/environment.ts';
import { parseEndpoint, type Endpoint } from '../workload/endpoint.ts';
import { readAuthority } from './ca.ts';
import { connectToApi } from './connect-to-api.ts';
import { chooseConnectionString, readConnectionStrings, warnOfOldPassword } from './connection-strings.ts';
import { addEndpointOptions, chosenEndpoint, type EndpointFlags } from './url.ts';

export const connect = (program: Command): void => {
  const command = program
    .command('connect <name>')
    .description('open psql on a database as its application user; what follows -- goes to psql')
    .argument('[arguments...]', 'for psql');
  addEndpointOptions(command).action(async (database: string, forPsql: string[], flags: EndpointFlags) => {
    const api = connectToApi();
    const strings = await readConnectionStrings(api, database);
    warnOfOldPassword(database, strings);
    const endpoint = parseEndpoint(chooseConnectionString(database, strings, { endpoint: chosenEndpoint(flags) }));
    const encrypted = strings.tls !== undefined && strings.tls !== 'off';
    process.exitCode = await runPsql(endpoint, encrypted ? await readAuthority(api, database) : null, forPsql);
  });
};

/** The password reaches psql by a file that only we can read, never by its arguments or environment. */
const runPsql = async (
  endpoint: Endpoint,
  authority: { readonly certificate: string } | null,
  forPsql: readonly string[],
): Promise<number> => {
  const directory = mkdtempSync(join(tmpdir(), 'pgrow-psql-'));
  const passfile = join(directory, 'pgpass');
  const authorities = join(directory, 'ca.pem');
  // Ctrl-C is psql's to handle: it cancels a query there.
  const ignore = (): void => undefined;
  process.on('SIGINT', ignore);
  // libpq before 15 verifies a name, and no address.
  const host = authority && endpoint.host === hostAddress ? 'localhost' : endpoint.host;
  try {
    writeFileSync(passfile, `${passfileLine({ ...endpoint, host })}\n`, { mode: 0o600 });
    if (authority) writeFileSync(authorities, authority.certificate);
    const verified = authority
      ? { PGSSLMODE: 'verify-full', PGSSLROOTCERT: authorities, PGHOSTADDR: endpoint.host }
      : {};
    const { port, user, database } = endpoint;
    return await new Promise<number>((resolve, reject) => {
      const child = spawn('psql', ['-h', host, '-p', String(port), '-U', user, '-d', database, ...forPsql], {
        stdio: 'inherit',
        env: childEnvironment({ PGPASSFILE: passfile, ...verified }),
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
