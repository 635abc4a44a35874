import { expect, test } from 'vitest';
import { parseCommandLine as parse, withAllBelow } from '../../test/support/parse-command-line.ts';
import { commandsOf } from '../../test/support/shell-commands.ts';
import { examples, examplesText } from './examples.ts';
import { createProgram } from './program.ts';
import { verbOf } from './value-kinds.ts';

test('every verb has an example, and every example belongs to a verb', () => {
  // Shells ask that one; people do not.
  const verbs = withAllBelow(createProgram())
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
  const [program, ...args] = commandsOf(line)[0]!.words;
  expect(program).toBe('./pgrow');
  const parsed = await parse(args);
  expect(parsed.said).toBe('');
  expect([verb, `${verb} list`]).toContain(parsed.verb);
});

test('the help of a verb ends with its examples', async () => {
  const { said } = await parse(['help', 'replicas']);
  expect(said).toMatch(/Examples:\n {2}\.\/pgrow replicas shop 3 +# three replicas, whatever there are now\n/);
});

test('where a screen is too narrow for both, an example stands below what it is for', () => {
  expect(examplesText('replicas', 60)).toBe(
    '\nExamples:\n  # three replicas, whatever there are now\n  ./pgrow replicas shop 3\n' +
      '  # what removing them all would do\n  ./pgrow replicas shop 0 --dry-run',
  );
  expect(examplesText('replicas', 80)).toContain('replicas shop 3            # three');
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
