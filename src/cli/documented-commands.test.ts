import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { documentedCommands, readPages, type DocumentedCommand } from '../../test/support/documentation.ts';
import { parseCommandLine } from '../../test/support/parse-command-line.ts';
import { createProgram } from './program.ts';

/** Readers type what the documentation says. Requests by `curl` are read in `src/api/documented-requests.test.ts`. */

// The changelog keeps the verbs of its time.
const commands = readPages()
  .filter(({ path }) => path !== 'CHANGELOG.md')
  .flatMap(documentedCommands);

/** What is neither pgrow nor a request to it, by its first words, and why it is there. */
const others: Readonly<Record<string, string>> = {
  'git clone': 'gets pgrow',
  'docker network connect': 'joins an application, as inApplication does in scenarios',
  'docker compose up': 'starts the services of docker-compose.yml, which compose-file.test.ts reads',
  date: 'names a backup',
  source: 'takes what a command prints into the shell',
  pg_dump: 'copies a database from elsewhere',
  pg_restore: 'copies a database from elsewhere',
  useradd: 'makes the user of the systemd units',
  cp: 'installs the systemd units',
  install: 'installs a file with its mode',
  systemctl: 'starts the systemd units',
  sed: 'writes the token into the header that curl reads from a file',
  cd: 'the folder of an example',
  export: 'the environment of an example',
  'npm install': 'what an example needs; client-package.test.ts has it in place',
  'python3 -m venv': 'what examples.test.ts makes as well',
  '.venv/bin/pip install': 'what examples.test.ts makes as well',
  'go build': 'what examples.test.ts makes as well',
  'node main.ts': 'runs an example, as examples.test.ts does',
  '.venv/bin/python main.py': 'runs an example, as examples.test.ts does',
  './pgrow-example': 'runs an example, as examples.test.ts does',
};

/** Of a command that something else runs: `docker compose exec api pgrow list`. */
const pgrowArguments = ({ words }: DocumentedCommand): readonly string[] | null => {
  const index = words.findIndex((word) => /^(\S*\/)?pgrow$/.test(word));
  const runner = words.slice(0, Math.max(index, 0)).join(' ');
  return index === 0 || /^docker compose (exec|run)\b/.test(runner) ? words.slice(index + 1) : null;
};

const unique = (found: readonly DocumentedCommand[]) => [
  ...new Map(found.map((command) => [command.words.join(' '), command])).values(),
];

test.each(unique(commands.filter((command) => pgrowArguments(command))))('$words', async (command) => {
  const { said, verb } = await parseCommandLine(pgrowArguments(command)!);
  if (pgrowArguments(command)![0] === 'help') return expect(said, command.page).toContain('Usage: pgrow');
  expect(said, command.page).toBe('');
  expect(verb, command.page).toBeDefined();
});

test('every other command is a script of package.json, a request, or on the list, and the list is no longer than that', () => {
  const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    scripts: object;
  };
  const used = new Set<string>();
  const unknown = commands.filter((command) => {
    const [program, verb, script] = command.words as [string, string?, string?];
    if (pgrowArguments(command) || program === 'curl') return false;
    if (program === 'npm' && verb !== 'install') return !Object.hasOwn(scripts, (verb === 'run' ? script : verb)!);
    const text = `${command.words.join(' ')} `;
    const known = Object.keys(others).find((words) => text.startsWith(`${words} `));
    if (known !== undefined) used.add(known);
    return known === undefined;
  });
  expect(unknown).toEqual([]);
  expect([...used].toSorted()).toEqual(Object.keys(others).toSorted());
});

test('the README names every verb', () => {
  const readme = readPages().find(({ path }) => path === 'README.md')!;
  // Shells ask the first one; the second is the sentence above the table.
  const unlisted = ['complete', 'help'];
  const verbs = createProgram().commands.map((command) => command.name());
  const missing = verbs.filter(
    (verb) =>
      !unlisted.includes(verb) && !readme.text.includes(`\`${verb}\``) && !readme.text.includes(`\n./pgrow ${verb} `),
  );
  expect(missing).toEqual([]);
});
