import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { requireTokens } from './auth.ts';

const api = async () => {
  const app = Fastify();
  await requireTokens(app, { store: { authenticate: async () => null } as never, home: '1a2b3c4d' });
  return app;
};

// A route without a role used to need no token: whoever forgot it opened the route to all.
test('a route that does not say who may call it is refused when it is registered', async () => {
  const app = await api();
  expect(() => app.get('/secrets', () => 'all of them')).toThrow('/secrets must either name the role');
  expect(() => app.get('/secrets', { config: { role: 'admin', public: true } }, () => '')).toThrow('or be public');
});

test('a public route needs no token, one with a role does', async () => {
  const app = await api();
  app.get('/health', { config: { public: true } }, () => 'well');
  app.get('/secrets', { config: { role: 'viewer' } }, () => 'all of them');
  expect((await app.inject('/health')).statusCode).toBe(200);
  expect((await app.inject('/secrets')).body).not.toContain('all of them');
  expect((await app.inject('/nowhere')).statusCode).toBe(404);
});
