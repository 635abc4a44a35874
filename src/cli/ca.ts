import type { Command } from 'commander';
import { postgresPath, type ApiClient } from './api-client.ts';
import { connectToApi } from './connect-to-api.ts';
import { print, printJson } from './output.ts';

interface Authority {
  /** PEM. */
  readonly certificate: string;
  /** ISO 8601. */
  readonly expires_at: string;
}

export const readAuthority = (api: ApiClient, database: string): Promise<Authority> =>
  api.get<Authority>(postgresPath(database, 'ca'));

export const ca = (program: Command): void => {
  program
    .command('ca <name>')
    .description('print the certificate by which clients verify a database: sslrootcert of libpq')
    .option('--json', 'print it with the day on which it expires as one JSON document')
    .action(async (database: string, { json }: { json?: true }) => {
      const authority = await readAuthority(connectToApi(), database);
      if (json) return printJson(authority);
      print(authority.certificate.trimEnd());
    });
};
