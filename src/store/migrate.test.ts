import { createHash } from 'node:crypto';
import type pg from 'pg';
import { describe, expect, test } from 'vitest';
import { migrate, pendingMigrations, readMigrations, type AppliedMigration, type Migration } from './migrate.ts';

const [first, second, third] = ['1.sql', '2.sql', '3.sql'].map((name): Migration => ({ name, sql: `-- ${name}` }));
const applied = ({ name, sql }: Migration, breaks_older = false): AppliedMigration => ({
  name,
  checksum: createHash('sha256').update(sql).digest('hex'),
  applied_by: '2.0.0 (bbbb)',
  breaks_older,
});
const pending = (known: readonly (Migration | undefined)[], done: readonly AppliedMigration[]) =>
  pendingMigrations(known as Migration[], done, () => '1.0.0 (aaaa)').map(({ name }) => name);

test('what is missing is applied in its order; what a newer version has added is left alone', () => {
  expect(pending([first, second, third], [applied(first!)])).toEqual(['2.sql', '3.sql']);
  expect(pending([first], [applied(first!), applied(second!)])).toEqual([]);
});

test('a schema that older versions cannot work with, or that is neither older nor newer, is refused', () => {
  const newer = [applied(first!), applied(second!, true)];
  expect(() => pending([first], newer)).toThrow(/2\.sql, which older.*pgrow 2\.0\.0 \(bbbb\).*pgrow 1\.0\.0 \(aaaa\)/);
  expect(pending([first, second], newer)).toEqual([]);
  expect(() => pending([first, third], [applied(first!), applied(second!)])).toThrow(
    /it lacks 3\.sql: neither is newer/,
  );
});

test('no migration so far breaks older versions', async () => {
  const texts = (await readMigrations()).map(({ sql }) => sql);
  expect(texts.filter((sql) => /older versions/i.test(sql))).toEqual([]);
});

describe('a migration that does not get its table', () => {
  /** Metadata in which the migration fails as often as said, with these codes one after the other. */
  const locked = (codes: readonly string[]) => {
    const left = [...codes];
    const asked: string[] = [];
    const query = async (text: string) => {
      asked.push(text);
      const code = text === first!.sql ? left.shift() : undefined;
      if (code !== undefined) throw Object.assign(new Error('locked'), { code });
      return { rows: [] };
    };
    const pool = { connect: async () => ({ query, release: () => undefined }) } as unknown as pg.Pool;
    const tried = () => asked.filter((text) => ['BEGIN', 'ROLLBACK', 'COMMIT', first!.sql].includes(text));
    return { asked, tried, run: () => migrate(pool, [first!], () => '1.0.0', 1) };
  };

  test('steps back for those who work on it, and is tried again', async () => {
    const { asked, tried, run } = locked(['55P03', '40P01']);
    await run();
    const failed = ['BEGIN', first!.sql, 'ROLLBACK'];
    expect(tried()).toEqual([...failed, ...failed, 'BEGIN', first!.sql, 'COMMIT']);
    expect(asked[asked.indexOf('BEGIN') + 1]).toBe("SET LOCAL lock_timeout = '3s'");
  });

  test('fails after a number of attempts, and says what to do', async () => {
    const { tried, run } = locked(Array.from({ length: 10 }, () => '55P03'));
    await expect(run()).rejects.toMatchObject({
      code: 'metadata_unavailable',
      message: expect.stringMatching(/^Migration 1\.sql needs a table .* tried 5 times\. Nothing was changed\./),
    });
    expect(tried().filter((text) => text === 'ROLLBACK')).toHaveLength(5);
  });

  test('is not tried again after another error', async () => {
    const { tried, run } = locked(['42P01']);
    await expect(run()).rejects.toThrow('locked');
    expect(tried()).toEqual(['BEGIN', first!.sql, 'ROLLBACK']);
  });
});
