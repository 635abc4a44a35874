import { describe, expect, test } from 'vitest';
import { completionsAt } from './completions.ts';
import { createProgram } from './program.ts';

/** What can stand at the end of a line; what is typed of it stands after the last space. */
const at = (line: string) => completionsAt(createProgram(), line.split(' '));
const wordsAt = (line: string): string[] => at(line).candidates.map(({ word }) => word);

describe('words of the command line itself', () => {
  test('verbs, also of a verb and after help, without the hidden ones', () => {
    expect(wordsAt('re')).toEqual(['restore', 'replicas', 'reinit', 'repair', 'release', 'restore-control-plane']);
    expect(wordsAt('tokens ')).toEqual(['list', 'create', 'rotate', 'revoke', 'help']);
    expect(wordsAt('help exp')).toEqual(['expand']);
    expect(wordsAt('comp')).toEqual(['completion']);
  });

  test('options of the verb and of every verb', () => {
    expect(wordsAt('status shop --')).toEqual(['--watch', '--json', '--help', '--context', '--output']);
    expect(wordsAt('--con')).toEqual(['--context']);
  });

  test('what an option allows, whether commander or the API checks it, also after "="', () => {
    expect(wordsAt('expand shop --to ')).toEqual(['pooling', 'replicas', 'ha']);
    expect(wordsAt('expand shop --to=r')).toEqual(['--to=replicas']);
    expect(wordsAt('expand shop --pool-mode s')).toEqual(['session', 'statement']);
    expect(wordsAt('serve ')).toEqual(['worker', 'api', 'monitor']);
  });
});

describe('names that are looked up', () => {
  test('of databases and their nodes, also behind options with values', () => {
    expect(at('status ')).toMatchObject({ kind: 'database', candidates: [] });
    expect(at('logs shop ')).toMatchObject({ kind: 'node', database: 'shop' });
    expect(at('logs --tail 5 shop post')).toMatchObject({ kind: 'node', database: 'shop' });
    expect(at('logs -n 5 ')).toMatchObject({ kind: 'database' });
  });

  test('of contexts, and in the context that was named', () => {
    expect(at('--context ')).toMatchObject({ kind: 'context' });
    expect(at('config use ')).toMatchObject({ kind: 'context' });
    expect(at('list --context=p')).toMatchObject({ kind: 'context', prefix: '--context=' });
    expect(at('--context prod status ')).toMatchObject({ kind: 'database', context: 'prod' });
    expect(at('status --context=prod ')).toMatchObject({ kind: 'database', context: 'prod' });
  });

  test('of files', () => {
    expect(at('password shop --file ')).toMatchObject({ kind: 'file' });
    expect(at('backup-control-plane /b')).toMatchObject({ kind: 'file' });
    expect(at('connect shop -- ')).toMatchObject({ kind: 'file' });
  });

  test('and nothing where a name would be new, or a value is free', () => {
    for (const line of ['create ', 'config add ', 'tokens create ', 'logs shop --since ', 'status shop ']) {
      expect(at(line)).toMatchObject({ kind: null, candidates: [] });
    }
  });
});
