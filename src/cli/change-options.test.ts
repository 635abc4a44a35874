import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { addDatabaseChangeOptions, databaseChangeRequest, type DatabaseChangeFlags } from './change-options.ts';

/** What the API would be asked for after `pgrow change shop …`. */
const requestOf = (...words: readonly string[]) => {
  const command = addDatabaseChangeOptions(new Command().exitOverride().configureOutput({ writeErr: () => undefined }));
  command.parse(words, { from: 'user' });
  return databaseChangeRequest(command.opts<DatabaseChangeFlags>());
};

describe('what a change asks of the API', () => {
  test('only what was given', () => {
    expect(requestOf('--memory', '4GiB')).toEqual({ path: 'change', body: { memory: '4GiB' } });
    expect(requestOf('--set', 'work_mem=64MB')).toEqual({ path: 'change', body: { settings: { work_mem: '64MB' } } });
  });

  test('everything at once', () => {
    const line =
      '--memory 4GiB --cpus 2 --storage 50GiB --set work_mem=64MB --set max_connections=300 --reset jit --extension vector ' +
      '--extension pg_trgm --image newest --checkpoint-timeout 1h --patience 5m --cutover on_signal --cutover-deadline 2h';
    expect(requestOf(...line.split(' ')).body).toEqual({
      memory: '4GiB',
      cpus: 2,
      storage: '50GiB',
      settings: { work_mem: '64MB', max_connections: '300', jit: null },
      extensions: ['vector', 'pg_trgm'],
      image: 'newest',
      checkpoint_timeout: 3600,
      patience: 300,
      cutover: 'on_signal',
      cutover_deadline: 7200,
    });
  });

  test('no limit of storage', () => {
    expect(requestOf('--storage', 'none').body).toEqual({ storage: null });
  });

  test('a value as it was written, with = in it or empty', () => {
    expect(requestOf('--set', 'search_path="a b", c=d').body).toEqual({ settings: { search_path: '"a b", c=d' } });
    expect(requestOf('--set', 'log_line_prefix=%m ').body).toEqual({ settings: { log_line_prefix: '%m ' } });
    expect(requestOf('--set', 'local_preload_libraries=').body).toEqual({ settings: { local_preload_libraries: '' } });
  });

  test('what is no number is left to the API, which names everything at once', () => {
    expect(requestOf('--cpus', 'many').body).toEqual({ cpus: 'many' });
  });
});

describe('refused before the API is asked', () => {
  test.each([
    ['two values for one setting', ['--set', 'work_mem=1MB', '--set', 'Work_Mem=2MB'], 'Work_Mem'],
    ['a setting that is set and taken back', ['--set', 'jit=off', '--reset', 'jit'], 'jit'],
    ['a setting that is taken back twice', ['--reset', 'jit', '--reset', 'jit'], 'jit'],
  ])('%s', (_, words, name) =>
    expect(() => requestOf(...words)).toThrow(`The setting ${name} is given more than once.`),
  );

  test('a change of nothing, with what can be changed', () => {
    expect(() => requestOf('--checkpoint-timeout', '1h')).toThrow(
      /^Nothing to change was given\. Give at least one of: --memory <size>, .*--image <which>\.$/,
    );
  });

  test.each(['work_mem', '=64MB'])('a setting without name or value: %s', (text) =>
    expect(() => requestOf('--set', text)).toThrow('Allowed: name=value'),
  );
});
