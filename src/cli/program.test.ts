import { CommanderError, type Command } from 'commander';
import { expect, test } from 'vitest';
import { examples } from './examples.ts';
import { createProgram } from './program.ts';
import { databaseOf, verbOf } from './value-kinds.ts';

const below = (command: Command): Command[] => [command, ...command.commands.flatMap(below)];

/** What was said, and which command would have run. */
const parse = async (args: readonly string[]) => {
  let said = '';
  let parsed: Command | undefined;
  const program = createProgram();
  for (const command of below(program)) {
    command.configureOutput({ writeOut: (text) => (said += text), writeErr: (text) => (said += text) });
    // What has no action shows its help, and goes on doing so.
    if (command.commands.length === 0) command.action(() => undefined);
  }
  program.hook('preAction', (_, command) => void (parsed = command));
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
  }
  return { said, verb: parsed && verbOf(parsed), database: parsed && databaseOf(parsed) };
};

/** As a shell would, up to a pipe or a redirection. */
const words = (line: string): string[] =>
  [...line.split(/ [|>] /)[0]!.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');

test('every verb has an example, and every example belongs to a verb', () => {
  // Shells ask that one; people do not.
  const verbs = below(createProgram())
    .map(verbOf)
    .filter((verb) => verb !== 'complete');
  expect(Object.keys(examples).toSorted()).toEqual(verbs.toSorted());
  for (const [verb, shown] of Object.entries(examples)) expect(shown, verb).not.toEqual([]);
});

test.each(
  Object.entries(examples)
    .filter(([verb]) => verb !== '')
    .flatMap(([verb, shown]) => shown.map(([line]) => [line, verb] as const)),
)('%s', async (line, verb) => {
  const [program, ...args] = words(line);
  expect(program).toBe('./pgrow');
  const parsed = await parse(args);
  expect(parsed.said).toBe('');
  expect([verb, `${verb} list`]).toContain(parsed.verb);
});

test('the help of a verb ends with its examples', async () => {
  const { said } = await parse(['help', 'replicas']);
  expect(said).toMatch(/Examples:\n {2}\.\/pgrow replicas shop 3 +# three replicas, whatever there are now\n/);
});

test('a wrong verb, option or verb of a verb is answered with the right one', async () => {
  for (const [args, suggestion] of [
    [['expnd', 'shop'], 'expand'],
    [['expand', 'shop', '--to', 'ha', '--with-poolin'], '--with-pooling'],
    [['tokens', 'crate', 'grafana'], 'create'],
  ] as const) {
    const { said, verb } = await parse(args);
    expect(said).toContain(`Did you mean ${suggestion}?`);
    expect(verb).toBeUndefined();
  }
});

test('the database that a command is about is known by its argument', async () => {
  expect(await parse(['status', '--json', 'shop'])).toMatchObject({ database: 'shop' });
  expect(await parse(['switchover', 'shop', 'postgres-2'])).toMatchObject({ database: 'shop' });
  expect(await parse(['status'])).toMatchObject({ verb: 'status', database: undefined });
  expect(await parse(['create', 'shop'])).toMatchObject({ verb: 'create', database: undefined });
});
