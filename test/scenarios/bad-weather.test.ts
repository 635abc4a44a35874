import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { useControlPlane, type Answer } from '../support/control-plane.ts';
import type { ManagedDatabase } from '../support/stack.ts';
import { expectAsBefore, lookAround, type Surroundings } from '../support/surroundings.ts';

/** What users get wrong, and what they are told: always why, always what to do, and nothing is touched. */

const plane = useControlPlane();
const services = '/v1/projects/default/services';

interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly problems: readonly { readonly path: string; readonly value: unknown; readonly allowed: string }[];
}

describe('bad input', () => {
  let shop: ManagedDatabase;
  let before: Surroundings;

  beforeAll(async () => {
    shop = await plane.create('shop');
    before = await lookAround(shop);
  });

  test('an unknown database: 404, exit code 2, and which ones there are', async () => {
    const answer = await plane.request<Problem>('GET', `${services}/nosuch/postgres/status`);
    expectProblem(answer, 404, 'not_found');
    const { exitCode, stdout, stderr } = await plane.run('expand', 'nosuch', '--to', 'pooling', '--json');
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'not_found', message: expect.stringContaining(shop.name) },
    });
    expect(stderr).toContain('nosuch');
  });

  test('options out of range: 422 with every problem at once, exit code 2', async () => {
    const body = { default_pool_size: 5000, max_client_connections: 0, pool_mode: 'sometimes', checkpoint_timeout: 1 };
    const answer = await plane.request<Problem>('POST', `${services}/${shop.name}/postgres/pooling`, body);
    expectProblem(answer, 422, 'invalid_input');
    const wrong = answer.document.problems.map(({ path, value }) => [path, value]);
    expect(Object.fromEntries(wrong)).toMatchObject(body);

    const { exitCode, stderr } = await plane.run(
      'expand',
      shop.name,
      '--to',
      'replicas',
      '--count',
      '9',
      '--load-balancing',
      'best',
    );
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/count: 9 \(allowed: .*1 to 5\)/);
    expect(stderr).toMatch(/load_balancing: "best" \(allowed: round_robin, least_connections\)/);
  });

  test.each(['', 'Shop', '1shop', 'shop;drop', 'postgres', 'a'.repeat(41)])(
    'a name that cannot be: "%s"',
    async (name) => {
      const answer = await plane.request<Problem>('POST', services, { name });
      expectProblem(answer, 422, 'invalid_input');
      expect(answer.document.problems).toMatchObject([
        { path: 'name', value: name, allowed: expect.stringContaining('1 to 40 characters') },
      ]);
    },
  );

  test('a name that is taken: 409, exit code 3', async () => {
    expectProblem(await plane.request<Problem>('POST', services, { name: shop.name }), 409, 'name_taken');
    expect((await plane.run('create', shop.name)).exitCode).toBe(3);
  });

  test('JSON that is none: 400', async () => {
    const { api } = await plane.json<{ api: string }>('status');
    const token = readFileSync(join(plane.home, 'token'), 'utf8').trim();
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(`${api}${services}`, { method: 'POST', headers, body: '{"name": ' });
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await response.text()).not.toMatch(/\bat .*\.(ts|js):\d+/);
  });

  test.each([
    ['no token', {}],
    ['a wrong token', { authorization: 'Bearer nosuchtoken' }],
  ])('%s: 401', async (_, headers) => {
    const { api } = await plane.json<{ api: string }>('status');
    const response = await fetch(`${api}${services}`, { headers });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
  });

  test('a port that another program or database has: refused by name, and nothing is left of the attempt', async () => {
    const stranger = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => stranger.once('listening', resolve));
    try {
      const { port } = stranger.address() as { port: number };
      const taken = await plane.run('create', 'elsewhere', '--port', String(port));
      expect(taken.exitCode).toBe(3);
      expect(taken.stderr).toMatch(new RegExp(`Port ${port} is taken by another program`));
    } finally {
      stranger.close();
    }
    const owned = await plane.request<{ ports: { postgres: number } }>('GET', `${services}/${shop.name}`);
    const { postgres } = owned.document.ports;
    const refused = await plane.run('create', 'elsewhere', '--port', String(postgres));
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toContain(`Port ${postgres} belongs to database ${shop.name}`);
    const { databases } = await plane.json<{ databases: { name: string }[] }>('status');
    expect(databases.map(({ name }) => name)).toEqual([shop.name]);
  });

  test('an engine that is not there: said by name, exit code 1', async () => {
    vi.stubEnv('DOCKER_HOST', 'unix:///nonexistent/docker.sock');
    const { exitCode, stderr } = await plane.run('up').finally(() => vi.unstubAllEnvs());
    expect(exitCode).toBe(1);
    expect(stderr).toContain('/nonexistent/docker.sock');
  });

  test('none of it has touched the database', async () => {
    await expectAsBefore(shop, before);
    expect(await shop.read('operations')).toMatchObject({ operations: [{ type: 'create', status: 'done' }] });
  });
});

const expectProblem = ({ status, type, document }: Answer<Problem>, wanted: number, code: string): void => {
  expect({ status, type: type.split(';')[0], code: document.code }).toEqual({
    status: wanted,
    type: 'application/problem+json',
    code,
  });
  expect(document.detail).not.toBe('');
  expect(JSON.stringify(document)).not.toMatch(/\bat .*\.(ts|js):\d+/);
};
