import { expect, test } from 'vitest';
import { alterSystem } from './settings.ts';

/** What the server is told, and which of it it refuses. */
const told = async (changes: Readonly<Record<string, string | null>>, refuses = /^$/) => {
  const statements: string[] = [];
  const connection = {
    async query<T>(sql: string): Promise<T[]> {
      if (refuses.test(sql)) throw new Error('invalid value: "secret"');
      statements.push(sql);
      return [];
    },
    end: async () => {},
  };
  return { refused: await alterSystem(connection, changes), statements };
};

test('a value and a name are quoted, a list by its elements', async () => {
  const { statements } = await told({
    archive_command: `cp %p '/a/%f'`,
    'auto_explain.log_min_duration': '1s',
    search_path: '"$user", public, "Odd, ""one"""',
    shared_preload_libraries: '',
    jit: null,
  });
  expect(statements).toEqual([
    `ALTER SYSTEM SET "archive_command" = 'cp %p ''/a/%f'''`,
    `ALTER SYSTEM SET "auto_explain"."log_min_duration" = '1s'`,
    `ALTER SYSTEM SET "search_path" = '$user', 'public', 'Odd, "one"'`,
    `ALTER SYSTEM SET "shared_preload_libraries" = ''`,
    'ALTER SYSTEM RESET "jit"',
    'SELECT pg_reload_conf()',
  ]);
});

test('one that the server does not take is named, without its value, and stops no other', async () => {
  const { refused, statements } = await told({ odd: 'secret', jit: 'off' }, /odd/);
  expect(refused).toEqual(['odd']);
  expect(statements).toContain(`ALTER SYSTEM SET "jit" = 'off'`);
});
