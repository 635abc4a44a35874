import fastify from 'fastify';
import { expect, test } from 'vitest';
import { tagAnswers, tagOf } from './entity-tags.ts';

const serve = (read: () => object) => {
  const app = fastify();
  tagAnswers(app);
  app.get('/polled', { config: { polled: true } }, async () => read());
  app.get('/secret', async () => read());
  return {
    get: (url: string, known?: string) =>
      app.inject({ url, headers: known === undefined ? {} : { 'if-none-match': known } }),
  };
};

test('an answer that its reader has is not sent again, until it changes', async () => {
  let name = 'shop';
  const app = serve(() => ({ name }));
  const first = await app.get('/polled');
  const tag = String(first.headers.etag);
  for (const known of [tag, `"other", ${tag}`, tag.replace('W/', ''), '*']) {
    const again = await app.get('/polled', known);
    expect({ status: again.statusCode, body: again.body, tag: again.headers.etag }).toEqual({
      status: 304,
      body: '',
      tag,
    });
  }
  name = 'stock';
  const changed = await app.get('/polled', tag);
  expect(changed.statusCode).toBe(200);
  expect(changed.headers.etag).not.toBe(tag);
  expect(changed.headers['cache-control']).toBe('private, no-cache');
});

test('answers of other routes have no tag', async () => {
  const answer = await serve(() => ({ password: 'secret' })).get('/secret', '*');
  expect(answer.statusCode).toBe(200);
  expect(answer.headers.etag).toBeUndefined();
});

// With the age in it, no two answers were ever the same.
test('how old a look is makes no other answer', () => {
  const seen = (age_ms: number, health: string) => ({ databases: [{ age_ms, seen_at: `${age_ms}`, health }] });
  expect(tagOf(seen(1, 'healthy'))).toBe(tagOf(seen(5000, 'healthy')));
  expect(tagOf(seen(1, 'healthy'))).not.toBe(tagOf(seen(1, 'unknown')));
});
