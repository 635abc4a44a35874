import { expect, test } from 'vitest';
import type { ApiClient } from './api-client.ts';
import { auditText, readAudit, type AuditLine } from './audit.ts';

const entry = (id: number): AuditLine => ({
  id: String(id),
  at: '2026-11-29T10:00:00.000Z',
  actor: 'ci',
  project: 'default',
  action: 'expand',
  details: { database: 'shop', target: 'ha', options: { cutover: 'auto' } },
  request_id: null,
});

/** Holds entries 1 to `count`, and notes what was asked. */
const apiWith = (count: number) => {
  const asked: string[] = [];
  const api = {
    async get(path: string) {
      asked.push(path);
      const query = new URL(path, 'http://api').searchParams;
      const newest = Number(query.get('cursor') ?? count + 1) - 1;
      const limit = Number(query.get('limit'));
      const entries = Array.from({ length: Math.min(limit, newest) }, (_, index) => entry(newest - index));
      return { entries, next_cursor: entries.length === limit ? (entries.at(-1)?.id ?? null) : null };
    },
  } as unknown as Pick<ApiClient, 'get'>;
  return { api, asked };
};

test('an export reads page after page, and every entry once', async () => {
  const { api, asked } = apiWith(2500);
  const found = await Array.fromAsync(readAudit(api, 'shop', Number.POSITIVE_INFINITY));
  expect(found.map(({ id }) => Number(id))).toEqual(Array.from({ length: 2500 }, (_, index) => 2500 - index));
  expect(asked).toEqual([
    '/v1/audit?limit=1000&database=shop',
    '/v1/audit?limit=1000&database=shop&cursor=1501',
    '/v1/audit?limit=1000&database=shop&cursor=501',
  ]);
});

test('a limit is kept over pages', async () => {
  const { api } = apiWith(2500);
  expect(await Array.fromAsync(readAudit(api, undefined, 1001))).toHaveLength(1001);
});

test('an entry is one line: when, who, what, on which database, with which values', () => {
  expect(auditText([entry(7)])[1]).toBe(
    '2026-11-29T10:00:00.000Z  ci     default  expand  shop      target=ha options={"cutover":"auto"}',
  );
});
