import { expect, test } from 'vitest';
import { extensionDocuments } from '../domain/extension-list.ts';
import { extensionsText } from './extensions.ts';

const extensions = extensionDocuments(17, [
  { name: 'plpgsql', version: '1.0', installed: '1.0', comment: 'PL/pgSQL procedural language' },
  { name: 'pg_trgm', version: '1.6', installed: null, comment: 'text similarity by trigrams' },
  { name: 'dblink', version: '1.2', installed: null, comment: 'connect to other PostgreSQL databases' },
]);

test('the list has what is there and what can be added, and how', () => {
  const lines = extensionsText('shop', { extensions }, { all: false });
  expect(lines.map((line) => line.replaceAll(/ {2,}/g, ' ').trim())).toEqual([
    'EXTENSION INSTALLED AVAILABLE WHAT IT IS',
    'plpgsql 1.0 not by pgrow PL/pgSQL procedural language',
    'pg_trgm - 1.6 text similarity by trigrams',
    '',
    'Add one: ./pgrow change shop --extension pg_trgm',
  ]);
});

test('with --all also what cannot, and why', () => {
  const text = extensionsText('shop', { extensions }, { all: true }).join('\n');
  expect(text).toMatch(/^dblink +- +not by pgrow/m);
  expect(text).toContain('dblink is not created by pgrow: with it an application reaches other hosts');
});
