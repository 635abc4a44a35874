import { expect, test } from 'vitest';
import type { ApiClient } from './api-client.ts';
import { readPages } from './read-pages.ts';

interface Entry {
  readonly id: number;
}

/** Holds entries 1 to `count`, and notes what was asked. */
const apiWith = (count: number) => {
  const asked: string[] = [];
  const api = {
    async get(path: string) {
      asked.push(path);
      const query = new URL(path, 'http://api').searchParams;
      const newest = Number(query.get('cursor') ?? count + 1) - 1;
      const limit = Number(query.get('limit'));
      const entries = Array.from({ length: Math.min(limit, newest) }, (_, index) => ({ id: newest - index }));
      return { entries, next_cursor: entries.length === limit ? String(entries.at(-1)?.id) : null };
    },
  } as unknown as Pick<ApiClient, 'get'>;
  return { api, asked };
};

test('an export reads page after page, and every entry once', async () => {
  const { api, asked } = apiWith(2500);
  const found = await Array.fromAsync(readPages<Entry>(api, '/v1/audit?database=shop', 'entries'));
  expect(found.map(({ id }) => id)).toEqual(Array.from({ length: 2500 }, (_, index) => 2500 - index));
  expect(asked).toEqual([
    '/v1/audit?database=shop&limit=1000',
    '/v1/audit?database=shop&limit=1000&cursor=1501',
    '/v1/audit?database=shop&limit=1000&cursor=501',
  ]);
});

// An API of an earlier version answers with all there is.
test('a limit is kept where the API keeps none', async () => {
  const api = { get: async () => ({ entries: [3, 2, 1] }) } as unknown as Pick<ApiClient, 'get'>;
  expect(await Array.fromAsync(readPages(api, '/v1/audit', 'entries', 2))).toEqual([3, 2]);
});

test('a limit is kept over pages', async () => {
  const { api } = apiWith(2500);
  expect(await Array.fromAsync(readPages<Entry>(api, '/v1/audit', 'entries', 1001))).toHaveLength(1001);
});
