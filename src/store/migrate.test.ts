import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { pendingMigrations, readMigrations, type AppliedMigration, type Migration } from './migrate.ts';

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
