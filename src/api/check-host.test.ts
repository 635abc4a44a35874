import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { checkHost, servedHosts } from './check-host.ts';
import { answerProblems } from './problem.ts';

const ask = async (host: string, settings: Parameters<typeof servedHosts>[0]) => {
  const app = Fastify();
  answerProblems(app);
  checkHost(app, { hosts: servedHosts(settings) });
  app.get('/healthz', async () => ({ status: 'ok' }));
  return (await app.inject({ url: '/healthz', headers: { host } })).statusCode;
};

const loopback = { apiHost: '127.0.0.1', apiNames: [] };

// A page on the web had its own name resolve to the loopback address, and its scripts reached the API.
test('on the loopback address only its own names are answered', async () => {
  expect(await ask('127.0.0.1:21098', loopback)).toBe(200);
  expect(await ask('LOCALHOST', loopback)).toBe(200);
  expect(await ask('[::1]:21098', loopback)).toBe(200);
  expect(await ask('evil.example:21098', loopback)).toBe(421);
  expect(await ask('127.0.0.1.evil.example', loopback)).toBe(421);
});

test('a proxy before it is named', async () => {
  const behindProxy = { ...loopback, apiNames: ['pgrow.example.org'] };
  expect(await ask('pgrow.example.org', behindProxy)).toBe(200);
  expect(await ask('other.example.org', behindProxy)).toBe(421);
});

test('what listens elsewhere is asked under any name, until its names are set', async () => {
  expect(await ask('db-host.lan:21098', { apiHost: '0.0.0.0', apiNames: [] })).toBe(200);
  expect(await ask('other.lan', { apiHost: '0.0.0.0', apiNames: ['db-host.lan'] })).toBe(421);
});
