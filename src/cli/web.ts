import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Option, type Command } from 'commander';
import { PgrowError } from '../domain/errors.ts';
import { roles, type Role } from '../domain/tokens.ts';
import { readDesktop, readEnvironment } from '../launcher/environment.ts';
import { servicePath } from './api-client.ts';
import { chosenProject } from './chosen-context.ts';
import { connectToApi } from './connect-to-api.ts';
import { openInBrowser } from './open-in-browser.ts';
import { print, printJson, printProgress } from './output.ts';
import { signInLink, tunnelTo } from './web-link.ts';

interface Flags {
  readonly role?: Role;
  readonly print?: true;
  readonly json?: true;
}

interface Ticket {
  readonly ticket: string;
  readonly role: Role;
  readonly actor: string;
  readonly expires_at: string;
  /** Null where the API serves no web console. */
  readonly console: string | null;
}

export const web = (program: Command): void => {
  program
    .command('web [name]')
    .description('open the web console in a browser, signed in; with a name, the page of this database')
    .addOption(new Option('--role <role>', 'what the browser may do, at most what the token may').choices(roles))
    .option('--print', 'only print the link, which signs in once, within a minute')
    .option('--json', 'print the link as one JSON document')
    .action(async (name: string | undefined, { role, print: isPrinted, json }: Flags) => {
      const api = connectToApi();
      if (name !== undefined) await api.get(servicePath(name));
      const { ticket, console, ...granted } = await api.post<Ticket>('/v1/sessions/tickets', {
        role,
        name: readDesktop().user,
      });
      if (console === null) throw noConsole;
      const to = name === undefined ? undefined : ['p', chosenProject(), name];
      const link = signInLink({ api: api.url, ticket, to });
      if (json) return printJson({ link, ...granted });
      print(link);
      if (isPrinted) return;
      printProgress(await showLink(link));
    });
};

/** @returns what has been done with it, for a person */
const showLink = async (link: string): Promise<string> => {
  const { ssh, hasDisplay, user } = readDesktop();
  const tunnel = ssh === undefined ? null : tunnelTo(link, { connection: ssh, user });
  const once = 'It signs in once, within a minute.';
  if (tunnel !== null) return `${once} On the machine with the browser, first run:\n  ${tunnel}`;
  if (ssh !== undefined || !hasDisplay) return `${once} Open it in a browser.`;
  const why = await openInBrowser(link, { folder: ownFolder() });
  return why === null ? `Opening the browser. ${once}` : `${once} Open it in a browser: ${why}.`;
};

/** Of files that only this user can read. Who uses another machine's control plane may have no home here. */
const ownFolder = (): string => {
  const { home, configuration } = readEnvironment();
  const run = join(home, 'run');
  return existsSync(run) ? run : dirname(configuration);
};

const noConsole = new PgrowError(
  'refused',
  'This control plane has no web console. ./pgrow up builds one, and says why where it cannot; the command line does all that the console does.',
);
