import type { FastifyRequest } from 'fastify';
import { expect, test } from 'vitest';
import { requireSameOrigin, wayOf } from './same-origin.ts';

const asked = (headers: Readonly<Record<string, string>>) => ({ headers }) as unknown as FastifyRequest;

const isOwn = (headers: Readonly<Record<string, string>>): boolean => {
  try {
    requireSameOrigin(asked(headers));
    return true;
  } catch {
    return false;
  }
};

test('what the browser says of the site counts, and the whole origin where it says nothing', () => {
  const host = '127.0.0.1:21098';
  expect(isOwn({ host, 'sec-fetch-site': 'same-origin' })).toBe(true);
  // Another port of the same address.
  expect(isOwn({ host, 'sec-fetch-site': 'same-site', origin: `http://${host}` })).toBe(false);
  expect(isOwn({ host, origin: `http://${host}` })).toBe(true);
  expect(isOwn({ host: 'pgrow.example.org:80', origin: 'http://pgrow.example.org' })).toBe(true);
  for (const origin of ['http://127.0.0.1:8233', 'http://127.0.0.1', 'http://localhost:21098', 'null', 'nonsense', ''])
    expect([origin, isOwn({ host, origin })]).toEqual([origin, false]);
  expect(isOwn({ host })).toBe(false);
});

test('a browser on another machine comes with TLS or without', () => {
  expect(wayOf(asked({ host: '[::1]:21098', origin: 'http://[::1]:21098' }))).toBe('loopback');
  const host = 'pgrow.example.org';
  expect(wayOf(asked({ host, origin: `https://${host}` }))).toBe('tls');
  expect(wayOf(asked({ host, origin: 'null', 'sec-fetch-site': 'same-origin' }))).toBe('tls');
  expect(wayOf(asked({ host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }))).toBe('insecure');
  expect(wayOf(asked({ host }))).toBe('insecure');
});
