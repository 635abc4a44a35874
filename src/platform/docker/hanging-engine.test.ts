import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import type { ContainerEvent, ContainerSpec, Platform } from '../platform.ts';
import { engineLimits } from '../call-limits.ts';
import { createDockerPlatform } from './index.ts';

/**
 * An engine whose daemon hung took every request and answered none: an operation waited for it for a week, could not be
 * called off, and the monitor guarded no one.
 */

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** Answers what `answers` knows by method and path, and leaves the rest without an answer for good. */
const engine = async (answers: Readonly<Record<string, (request: IncomingMessage) => string | undefined>> = {}) => {
  const socketPath = join(tmpdir(), `pgrow-hangs-${randomUUID().slice(0, 8)}.sock`);
  const upgraded: Duplex[] = [];
  let open = 0;
  const server = createServer((request, response) => {
    const answer = answers[`${request.method} ${request.url?.split('?')[0]}`]?.(request);
    if (answer !== undefined) response.end(answer);
  });
  server.on('connection', (socket) => {
    open += 1;
    socket.on('close', () => (open -= 1)).on('error', () => undefined);
  });
  server.on('upgrade', (_, socket: Duplex) => {
    socket.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n');
    socket
      .on('error', () => undefined)
      .on('end', () => socket.end())
      .resume();
    upgraded.push(socket);
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  servers.push(server);
  return { socketPath, openConnections: () => open, upgraded };
};

const impatient = () => 30;
const untilHolds = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
};

const spec = { name: 'shop-postgres-1', environment: {}, mounts: [], ports: [], aliases: [], labels: {} };
const calls: Readonly<Record<string, (platform: Platform) => Promise<unknown>>> = {
  'inspect container shop-postgres-1': (platform) => platform.inspectContainer('shop-postgres-1'),
  'ensure container shop-postgres-1': (platform) => platform.ensureContainer(spec as unknown as ContainerSpec),
  'start container shop-postgres-1': (platform) => platform.startContainer('shop-postgres-1'),
  'stop container shop-postgres-1': (platform) => platform.stopContainer('shop-postgres-1', 1),
  'restart container shop-postgres-1': (platform) => platform.restartContainer('shop-postgres-1', 1),
  'remove container shop-postgres-1': (platform) => platform.removeContainer('shop-postgres-1'),
  'signal container shop-postgres-1': (platform) => platform.signalContainer('shop-postgres-1', 'SIGKILL'),
  'exec shop-postgres-1': (platform) => platform.exec('shop-postgres-1', ['true']),
  'exec interactive shop-postgres-1': (platform) => platform.execInteractive('shop-postgres-1', ['true']),
  'put files shop-postgres-1': (platform) =>
    platform.putFiles('shop-postgres-1', [{ path: '/etc/x', content: 'hush', mode: 0o600 }]),
  'read logs shop-postgres-1': (platform) => platform.readLogs('shop-postgres-1', 1),
  'ensure network shop': (platform) => platform.ensureNetwork({ name: 'shop', labels: {} }),
  'remove network shop': (platform) => platform.removeNetwork('shop'),
  'empty network shop': (platform) => platform.emptyNetwork('shop'),
  'network gateway shop': (platform) => platform.networkGateway('shop'),
  'ensure volume shop': (platform) => platform.ensureVolume({ name: 'shop', labels: {} }),
  'remove volume shop': (platform) => platform.removeVolume('shop'),
  'read labels volume shop': (platform) => platform.readLabels('volume', 'shop'),
  'find by labels': (platform) => platform.findByLabels({ a: 'b' }),
  'has image postgres:1': (platform) => platform.hasImage('postgres:1'),
  'image made at postgres:1': (platform) => platform.imageMadeAt('postgres:1'),
  'free bytes': (platform) => platform.freeBytes(),
  capacity: (platform) => platform.capacity(),
  ping: (platform) => platform.ping(),
};

test.for(Object.keys(calls))('an engine that never answers "%s" is given up, and the request with it', async (what) => {
  const { socketPath, openConnections } = await engine();
  const call = calls[what]!(createDockerPlatform({ socketPath, limits: impatient }));

  await expect(call).rejects.toMatchObject({
    code: 'docker_unavailable',
    message: expect.stringMatching(
      new RegExp(`^Docker does not answer: "${what}", begun at \\S+Z, has not ended within 0.03 s;`),
    ),
  });
  await untilHolds(() => openConnections() === 0);
});

const execAnswers = {
  'POST /containers/shop/exec': () => '{"Id":"e"}',
  'GET /exec/e/json': () => '{"Running":false,"ExitCode":0}',
};

test('a command that never ends is given up, which is the node that does not answer and not the engine', async () => {
  const { socketPath, upgraded } = await engine(execAnswers);
  const platform = createDockerPlatform({ socketPath });

  await expect(platform.exec('shop', ['pgrow-peers'], undefined, { timeoutMs: 30 })).rejects.toMatchObject({
    code: 'no_answer',
    message: expect.stringMatching(/^pgrow-peers in shop, begun at \S+Z, has not ended within 0.03 s\./),
  });
  await untilHolds(() => upgraded[0]!.destroyed);
});

test('a command that prints without end fills no memory', async () => {
  const { socketPath, upgraded } = await engine(execAnswers);
  const talking = createDockerPlatform({ socketPath }).exec('shop', ['yes'], undefined, { outputBytes: 2000 });
  await untilHolds(() => upgraded.length > 0);
  const frame = Buffer.concat([Buffer.from([1, 0, 0, 0, 0, 0, 4, 0]), Buffer.alloc(1024, 'y')]);
  for (let sent = 0; sent < 3; sent += 1) upgraded[0]!.write(frame);

  await expect(talking).rejects.toMatchObject({
    code: 'node_failed',
    message: 'yes in shop printed more than 2000 bytes; it was given up.',
  });
  await untilHolds(() => upgraded[0]!.destroyed);
});

test('events are repeated of an engine that took the question and never answered it', async () => {
  let asked = 0;
  const event = {
    Type: 'container',
    Action: 'die',
    Actor: { ID: '1', Attributes: { name: 'shop-postgres-1', shop: 'yes' } },
    timeNano: 1e15,
  };
  const { socketPath } = await engine({
    'GET /events': () => ((asked += 1) > 1 ? `${JSON.stringify(event)}\n` : undefined),
    'GET /containers/json': () => '[]',
  });
  const stopping = new AbortController();
  const seen: ContainerEvent[] = [];
  for await (const found of createDockerPlatform({ socketPath, limits: impatient }).watch(
    { shop: 'yes' },
    stopping.signal,
  )) {
    seen.push(found);
    stopping.abort();
  }

  expect(seen).toMatchObject([{ container: 'shop-postgres-1', action: 'die' }]);
});

test('a stop may take the time that it was given, and the engine a little more', () => {
  expect(engineLimits('inspectContainer', ['shop'])).toBe(10_000);
  expect(engineLimits('startContainer', ['shop'])).toBe(60_000);
  expect(engineLimits('stopContainer', ['shop', 30])).toBe(40_000);
  expect(engineLimits('exec', ['shop', ['true'], undefined, { timeoutMs: 5000 }])).toBe(15_000);
});
