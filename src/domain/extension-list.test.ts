import { expect, test } from 'vitest';
import { extensionDocuments, type ListedExtension } from './extension-list.ts';

const listed = (name: string, installed: string | null = null): ListedExtension => ({
  name,
  version: '1.0',
  installed,
  comment: null,
});

test('extensions that a database has come first, then those it can have, then the others with the reason', () => {
  const found = ['dblink', 'pg_trgm', 'pg_stat_statements'].map((name) => listed(name));
  expect(extensionDocuments(17, [...found, listed('plpgsql', '1.0')])).toMatchObject([
    { name: 'plpgsql', installed: '1.0' },
    { name: 'pg_stat_statements', offered: true, library: 'pg_stat_statements', refused: null },
    { name: 'pg_trgm', offered: true, library: null },
    { name: 'dblink', offered: false, refused: expect.stringContaining('reaches other hosts') },
  ]);
});
