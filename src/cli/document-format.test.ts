import { CommanderError, type Command } from 'commander';
import { expect, test } from 'vitest';
import { documentFormat } from './document-format.ts';
import { createProgram } from './program.ts';

/** Whether the verb prints a document, and what was said if it did not come to run. */
const run = async (...args: string[]) => {
  let said = '';
  let json: unknown;
  const program = createProgram();
  const prepare = (command: Command): void => {
    command.configureOutput({ writeErr: (text) => (said += text) });
    if (command.commands.length === 0) command.action(() => undefined);
    command.commands.forEach(prepare);
  };
  prepare(program);
  program.hook('preAction', (_, command) => void (json = command.opts<{ json?: true }>().json ?? false));
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
  }
  return said === '' ? json : said;
};

test('a document is owed to --json and --output, unless they belong to another program', () => {
  expect(documentFormat(['status', '--json'])).toBe('json');
  expect(documentFormat(['status', '--output', 'yaml'])).toBe('yaml');
  expect(documentFormat(['--output=json', 'status'])).toBe('json');
  expect(documentFormat(['status', '-oyaml'])).toBe('yaml');
  for (const args of [['status'], ['status', '-o', 'table'], ['connect', 'shop', '--', '--json', '-o', 'json']]) {
    expect(documentFormat(args)).toBeNull();
  }
});

test('--output stands anywhere, and reaches the verbs of a verb', async () => {
  expect(await run('list', '--output', 'yaml')).toBe(true);
  expect(await run('-o', 'json', 'status', 'shop')).toBe(true);
  expect(await run('tokens', '-o', 'json')).toBe(true);
  expect(await run('tokens', 'list', '-o', 'yaml')).toBe(true);
  expect(await run('list', '--json', '--output', 'json')).toBe(true);
  expect(await run('list', '--output', 'table')).toBe(false);
});

test('what cannot be one document is refused', async () => {
  expect(await run('connect', 'shop', '-o', 'json')).toContain('"connect" prints no document. Omit --output json.');
  expect(await run('logs', 'shop', '--follow', '-o', 'yaml')).toContain('cannot be used with');
  expect(await run('list', '--json', '-o', 'table')).toContain('--json and --output table contradict each other');
  expect(await run('list', '-o', 'xml')).toContain('Allowed choices are json, yaml, table.');
});
