import { expect, test } from 'vitest';
import { connectionParts } from '../../format/connection.ts';
import { snippetNames, snippetOf, type SnippetInput, type SnippetName } from './snippets.ts';

const url = 'postgresql://shop:s3%3Bc%40t@127.0.0.1:31758/shop';
const input: SnippetInput = {
  url,
  parts: connectionParts(url),
  directUrl: url.replace('31758', '31757'),
  readUrl: url.replace('31758', '31759'),
  command: './pgrow connect shop',
  isTransactionPooled: true,
};
const code = (name: SnippetName, more: Partial<SnippetInput> = {}) => snippetOf(name).code({ ...input, ...more });

test('the URL is the string of the API, to the letter', () => expect(code('url')).toBe(url));

test('psql comes without a password on its command line, first the command that needs none', () => {
  expect(code('psql')).toBe('./pgrow connect shop\npsql -h 127.0.0.1 -p 31758 -U shop -d shop');
  expect(code('psql', { command: null })).toBe('psql -h 127.0.0.1 -p 31758 -U shop -d shop');
});

test.each<SnippetName>(['env', 'node', 'python', 'go', 'prisma'])('%s has the string of the API', (name) => {
  expect(code(name)).toContain(`DATABASE_URL=${url}\n`);
});

test('SQLAlchemy is given the driver', () => {
  expect(code('sqlalchemy')).toContain('DATABASE_URL=postgresql+psycopg://shop:s3%3Bc%40t@127.0.0.1:31758/shop\n');
});

test('an .env has the addresses for migrations and for reads too', () => {
  expect(code('env')).toContain('DATABASE_URL_DIRECT=postgresql://shop:s3%3Bc%40t@127.0.0.1:31757/shop');
  expect(code('env')).toContain('DATABASE_URL_READ=postgresql://shop:s3%3Bc%40t@127.0.0.1:31759/shop');
});

test('where a string is not a URL the password is as it is, quoted as its reader needs it', () => {
  expect(code('libpq')).toBe('host=127.0.0.1 port=31758 user=shop password=s3;c@t dbname=shop');
  expect(code('libpq', { parts: { ...input.parts, password: String.raw`it's \ 1` } })).toContain(
    String.raw`password='it\'s \\ 1'`,
  );
  expect(code('dotnet')).toBe(
    'Host=127.0.0.1;Port=31758;Username=shop;Password="s3;c@t";Database=shop;Timeout=15;No Reset On Close=true',
  );
  expect(code('dotnet', { isTransactionPooled: false })).not.toContain('No Reset');
  expect(code('java', { parts: { ...input.parts, password: 'a"b' } })).toContain(String.raw`"a\"b"`);
});

test('without a password none is made up', () => {
  const parts = { ...input.parts, password: null };
  const hidden = { parts, url: 'postgresql://shop@127.0.0.1:31758/shop', directUrl: 'd', readUrl: 'r' };
  for (const name of snippetNames) expect(code(name, hidden)).not.toMatch(/null|undefined|s3/);
});
