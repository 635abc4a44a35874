import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { OperationDocument } from '../domain/operation.ts';
import { PgrowError } from '../domain/errors.ts';
import { createApiClient, postgresPath, type ApiClient } from './api-client.ts';
import { exampleOperation, exampleStep } from './example-operation.ts';
import { exitCodeOfOperation, followOperation } from './follow-operation.ts';

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

/** An API that answers as told. */
const apiThat = async (answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<ApiClient> => {
  const server = createServer(answer);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return createApiClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: 'secret-token' });
};

const failureOf = async (call: Promise<unknown>): Promise<PgrowError> => {
  const error = await call.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof PgrowError)) throw error;
  return error;
};

describe('the API as the verbs see it', () => {
  test('a request carries the token, the body and the idempotency key', async () => {
    const seen: Record<string, unknown> = {};
    const api = await apiThat((request, response) => {
      const { authorization, 'idempotency-key': key } = request.headers;
      Object.assign(seen, { method: request.method, url: request.url, authorization, key });
      request.pipe(response);
    });
    const echoed = await api.post(
      postgresPath('shop', 'ha'),
      { enabled: true },
      { dryRun: true, idempotencyKey: 'k1' },
    );
    expect(echoed).toEqual({ enabled: true });
    expect(seen).toEqual({
      method: 'POST',
      url: '/v1/projects/default/services/shop/postgres/ha?dry_run=true',
      authorization: 'Bearer secret-token',
      key: 'k1',
    });
  });

  test('a problem document becomes an error with all its problems', async () => {
    const problems = [
      { path: 'count', value: 9, allowed: '1 to 5' },
      { path: 'load_balancing', value: 'random', allowed: 'round_robin, least_connections' },
    ];
    const api = await apiThat((_, response) => {
      response.writeHead(422, { 'content-type': 'application/problem+json' });
      response.end(
        JSON.stringify({
          title: 'Invalid input',
          status: 422,
          detail: 'Two options do not fit.',
          code: 'invalid_input',
          problems,
        }),
      );
    });
    const error = await failureOf(api.post('/v1/x', {}));
    expect(error.code).toBe('invalid_input');
    expect(error.message).toBe('Two options do not fit.');
    expect(error.problems).toEqual(problems);
  });

  test.each([
    [400, 'malformed_request'],
    [404, 'not_found'],
    [409, 'refused'],
    [500, 'internal'],
  ])('%i without a document is still told apart', async (status, code) => {
    const api = await apiThat((_, response) => response.writeHead(status).end('<html>'));
    const error = await failureOf(api.get('/v1/status'));
    expect(error.code).toBe(code);
    expect(error.message).toContain(`GET /v1/status was answered with ${status}`);
  });

  test('a control plane that is not up: says how to start it', async () => {
    const api = createApiClient({ url: 'http://127.0.0.1:1', token: 'secret-token' });
    const error = await failureOf(api.get('/v1/status'));
    expect(error.message).toContain('./pgrow up');
    expect(error.message).not.toContain('secret-token');
  });
});

// `doctor --remove` may take minutes: it said that the API did not answer and had to be started, while it was at work.
test.each([
  [
    'that is late',
    50,
    (): void => undefined,
    /took longer than 0.05 s to answer POST \/v1\/doctor\/removal.*may still be working/,
  ],
  [
    'that is late with the rest of its answer',
    50,
    (_: IncomingMessage, response: ServerResponse): void => void response.writeHead(200).write('{'),
    /took longer than 0.05 s/,
  ],
  [
    'that goes away',
    10_000,
    (request: IncomingMessage): void => void request.socket.destroy(),
    /closed the connection before it answered POST/,
  ],
])('an API %s is not taken for one that does not run', async (_, timeoutMs, answer, message) => {
  const api = await apiThat(answer);
  const error = await failureOf(api.post('/v1/doctor/removal', {}, { timeoutMs }));
  expect(error.message).toMatch(message);
  expect(error.message).not.toContain('./pgrow up');
});

describe('following an operation', () => {
  const running = exampleOperation({ steps: [exampleStep({ status: 'running' })] });
  const done = exampleOperation({
    status: 'done',
    steps: [exampleStep({ status: 'done', duration_ms: 12 })],
    duration_ms: 20,
  });
  const event = (operation: OperationDocument): string => `event: progress\ndata: ${JSON.stringify(operation)}\n\n`;

  const follow = async (api: ApiClient) => {
    const shown: string[] = [];
    const display = { show: (operation: OperationDocument) => shown.push(operation.status), end: () => undefined };
    const last = await followOperation({ api, database: 'shop', operationId: running.id, display });
    return { last, shown };
  };

  test('shows each document and ends with the last one', async () => {
    const api = await apiThat((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(`: hello\n\n${event(running)}${event(done)}event: end\ndata: {}\n\n`);
    });
    const { last, shown } = await follow(api);
    expect(shown).toEqual(['running', 'done']);
    expect(last).toEqual(done);
  });

  test('survives a stream that breaks off: an API that restarts is no failure of the operation', async () => {
    let streams = 0;
    const api = await apiThat((request, response) => {
      if (!request.url?.endsWith('/progress')) return response.end(JSON.stringify(running));
      streams += 1;
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(event(streams === 1 ? running : done), () =>
        streams === 1 ? response.destroy() : response.end(),
      );
    });
    const { last } = await follow(api);
    expect(streams).toBe(2);
    expect(last.status).toBe('done');
  });

  test('waits for an operation that was accepted but is not recorded yet', async () => {
    let asked = 0;
    const api = await apiThat((_, response) => {
      asked += 1;
      if (asked === 1) return response.writeHead(404).end();
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(event(done));
    });
    expect((await follow(api)).last.status).toBe('done');
  });

  test('a token that is not valid is no reason to try again', async () => {
    let asked = 0;
    const api = await apiThat((_, response) => {
      asked += 1;
      response.writeHead(401).end();
    });
    expect((await failureOf(follow(api))).code).toBe('unauthorized');
    expect(asked).toBe(1);
  });

  test('Ctrl-C detaches: the operation that still runs is answered', async () => {
    const api = await apiThat((request, response) => {
      if (!request.url?.endsWith('/progress')) return response.end(JSON.stringify(running));
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(event(running), () => process.emit('SIGINT'));
    });
    const { last } = await follow(api);
    expect(last.status).toBe('running');
  });
});

test.each([
  ['done', 0],
  ['running', 0],
  ['failed', 1],
  ['rolled_back', 1],
  ['aborted', 1],
  ['needs_operator', 4],
] as const)('an operation that is %s exits with %i', (status, exitCode) => {
  expect(exitCodeOfOperation(status)).toBe(exitCode);
});

test('after abort, an aborted operation is what was wanted', () => {
  expect(exitCodeOfOperation('aborted', 'aborted')).toBe(0);
  expect(exitCodeOfOperation('done', 'aborted')).toBe(1);
});
