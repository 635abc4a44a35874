import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { readEnvironment } from '../launcher/environment.ts';
import { chosenContext } from './chosen-context.ts';
import { readToken, urlOfHome } from './connect-to-api.ts';
import {
  addContext,
  isUnencrypted,
  localName,
  parseApiUrl,
  readConfiguration,
  removeContext,
  useContext,
  usualProject,
  writeConfiguration,
  type Configuration,
} from './contexts.ts';
import { print, printJson, printProgress } from './output.ts';
import { alignColumns } from './table.ts';

interface AddFlags {
  readonly api: string;
  readonly tokenFile?: string;
  readonly project: string;
  readonly json?: true;
}

export const config = (program: Command): void => {
  const verb = program.command('config').description('choose between several control planes: contexts');
  verb
    .command('list', { isDefault: true })
    .description('list the contexts; * is the one in use')
    .option('--json', 'print them as one JSON document')
    .action(({ json }: { json?: true }) => {
      const document = contextsDocument();
      if (json) printJson(document);
      else contextsText(document).forEach(print);
    });
  verb
    .command('add <name>')
    .description('add the control plane of another machine')
    .requiredOption('--api <url>', 'its address, such as https://pgrow.example.org')
    .option('--token-file <path>', 'file with a token for it; the file is read each time, never copied')
    .option('--project <project>', 'whose databases the verbs are about', usualProject)
    .option('--json', 'print the context as one JSON document')
    .action((name: string, { api: given, tokenFile, project, json }: AddFlags) => {
      const api = parseApiUrl(given);
      const token_file = tokenFile === undefined ? null : resolve(tokenFile);
      if (token_file !== null) readToken(token_file);
      change((present) => addContext(present, name, { api, project, token_file }));
      if (isUnencrypted(api))
        printProgress(`Warning: the token goes to ${api} unencrypted. Put a proxy with https before it.`);
      if (token_file === null)
        printProgress('Without --token-file, PGROW_TOKEN_FILE has to name the file of its token.');
      if (json) printJson({ name, api, project, token_file });
      else print(`Added ${name}. Use it: ./pgrow config use ${name}, or --context ${name} for one command.`);
    });
  verb
    .command('use <context>')
    .description(`use this one from now on; "${localName}" is the home on this machine`)
    .option('--json', 'print its name as one JSON document')
    .action((name: string, { json }: { json?: true }) => {
      change((present) => useContext(present, name));
      const { context, namesHome } = readEnvironment();
      const stronger = context !== undefined ? 'PGROW_CONTEXT' : namesHome ? 'PGROW_HOME' : null;
      if (stronger !== null) printProgress(`As long as ${stronger} is set, it chooses the context.`);
      if (json) printJson({ current: name });
      else print(`The verbs are about ${name} from now on.`);
    });
  verb
    .command('remove <context>')
    .description('forget a context; its control plane and the file of its token stay as they are')
    .option('--json', 'print its name as one JSON document')
    .action((name: string, { json }: { json?: true }) => {
      const wasCurrent = configurationNow().current === name;
      const { current } = change((present) => removeContext(present, name));
      if (json) return printJson({ removed: name, current: current ?? localName });
      print(`Removed ${name}.${wasCurrent ? ` The verbs are about ${localName} again.` : ''}`);
    });
  verb
    .command('show')
    .description('show the context in use, and what chose it')
    .option('--json', 'print it as one JSON document')
    .action(({ json }: { json?: true }) => {
      const shown = shownContext();
      if (json) return printJson(shown);
      alignColumns([
        ['Context', `${shown.name} (chosen by ${shown.chosen_by})`],
        ['API', shown.api ?? 'not started yet'],
        ['Project', shown.project],
        ['Token file', shown.token_file ?? 'PGROW_TOKEN_FILE'],
      ]).forEach(print);
    });
};

const configurationNow = (): Configuration => readConfiguration(readEnvironment().configuration);

const change = (edit: (present: Configuration) => Configuration): Configuration => {
  const { configuration: path } = readEnvironment();
  const changed = edit(readConfiguration(path));
  writeConfiguration(path, changed);
  return changed;
};

/** One of them as it is shown. The addresses of the local one are those of its home, and may be unknown. */
export interface ContextDocument {
  readonly name: string;
  readonly in_use: boolean;
  readonly api: string | null;
  readonly project: string;
  readonly token_file: string | null;
}

const contextsDocument = (): { readonly contexts: readonly ContextDocument[] } => {
  const inUse = chosenContext().name;
  const local = { name: localName, in_use: inUse === localName, project: usualProject, ...ofHome() };
  const remotes = Object.entries(configurationNow().contexts).map(([name, remote]) => ({
    name,
    in_use: inUse === name,
    ...remote,
  }));
  return { contexts: [local, ...remotes] };
};

const ofHome = () => {
  const { home, tokenFile = join(home, 'token') } = readEnvironment();
  return { api: urlOfHome(), token_file: tokenFile };
};

export const contextsText = ({ contexts }: { readonly contexts: readonly ContextDocument[] }): string[] =>
  alignColumns([
    ['', 'NAME', 'API', 'PROJECT', 'TOKEN FILE'],
    ...contexts.map(({ name, in_use, api, project, token_file }) => [
      in_use ? '*' : '',
      name,
      api ?? 'not started yet',
      project,
      token_file ?? 'PGROW_TOKEN_FILE',
    ]),
  ]);

const shownContext = () => {
  const { name, chosenBy, project, remote } = chosenContext();
  const { api, token_file } = remote ?? ofHome();
  return { name, chosen_by: chosenBy, api, project, token_file };
};
