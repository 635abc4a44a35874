import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { askLogs, askLooks, askSamples } from '../api/ask-looks.ts';
import { PgrowError } from '../domain/errors.ts';
import { answerLimitMs, type LogFollower, type Looks } from '../domain/looks.ts';
import { looksSockets } from '../launcher/looks-sockets.ts';
import { recordPrepared } from '../launcher/prepared.ts';
import { serveLooks } from './serve-looks.ts';

/** What the API asks, and who answers: the worker, or the monitor in its place. */

let directory: string;
const ends: (() => unknown)[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pgrow-looks-'));
  mkdirSync(join(directory, 'run'));
  ends.push(() => rmSync(directory, { recursive: true, force: true }));
});
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

const warnings: object[] = [];
const log = { info: () => undefined, warn: (fields: object) => void warnings.push(fields) };
const at = (name: string) => join(directory, 'run', `${name}.sock`);

const serve = async (name: string, looks: Partial<Parameters<typeof serveLooks>[0]['looks']>) => {
  const server = await serveLooks({ path: at(name), looks: looks as Looks & LogFollower, log });
  ends.push(() => server.close());
};

/** Accepts connections as the kernel does for a process that is frozen; `hear` may answer. */
const listen = async (name: string, hear: (socket: Socket) => void = () => undefined) => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    hear(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(at(name), resolve);
  });
  ends.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
};

const sockets = () => looksSockets({ path: directory });

const ask = (limits: { hearingMs?: number; readLogsMs?: number } = {}) =>
  askLooks(sockets(), {
    hearingMs: limits.hearingMs ?? 5000,
    answerMs: { ...answerLimitMs, readLogs: limits.readLogsMs ?? answerLimitMs.readLogs },
  });

const readLogs = (looks: Looks) => looks.readLogs('pgrow-x-postgres-1', 10, 1000);

test('a question reaches the worker with all its arguments, and the answer comes back', async () => {
  await serve('worker', { readLogs: async (...asked) => asked.join(' ') });
  expect(await readLogs(ask())).toBe('pgrow-x-postgres-1 10 1000');
});

test('only a process that measures is asked what it has measured', async () => {
  const samples = { every_ms: 5000, samples: [{ at: 1, values: { size: 1 } }] };
  await serve('worker', {});
  await expect(askSamples(sockets()).readSamples('s1')).rejects.toMatchObject({ code: 'worker_unavailable' });
  await serve('monitor', { readSamples: async () => null });
  await expect(askSamples(sockets()).readSamples('s1')).rejects.toThrow('it does not measure');
  await serve('monitor', { readSamples: async () => samples });
  await expect(askSamples(sockets()).readSamples('s1')).resolves.toEqual(samples);
});

// JSON has no undefined: the asker took the answer for a problem without one.
test('a look that has nothing to say but that it went well is answered', async () => {
  await serve('worker', { pingEngine: async () => undefined });
  await expect(ask().pingEngine()).resolves.toBeNull();
});

test('only the user of the control plane can ask: passwords and logs go this way', async () => {
  await serve('worker', {});
  expect(statSync(at('worker')).mode & 0o777).toBe(0o600);
});

test('a look that fails does so with its code, its words and the problems of an input', async () => {
  const problems = [{ path: 'node', value: 'x', allowed: 'postgres-1' }];
  await serve('worker', {
    readLogs: async () => {
      throw new PgrowError('docker_unavailable', 'Docker does not answer.', { problems });
    },
  });
  await expect(readLogs(ask())).rejects.toMatchObject({
    code: 'docker_unavailable',
    message: 'Docker does not answer.',
    problems,
  });
});

test('an error that is no answer of pgrow stays in the log of the process, whatever it carries', async () => {
  await serve('worker', {
    tryPassword: async () => {
      throw new Error('secret-in-an-error');
    },
  });
  const failure = await ask()
    .tryPassword('s1', 'secret')
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'internal' });
  expect(String(failure)).not.toContain('secret-in');
  expect(warnings).toHaveLength(1);
});

// An expansion is accepted although the worker is dead, and runs when it is back: planning must not need it.
test('the monitor answers where there is no worker', async () => {
  await serve('monitor', { readLogs: async () => 'from the monitor' });
  expect(await readLogs(ask())).toBe('from the monitor');
});

test('the monitor answers in place of a worker that is frozen, or dies before it has answered', async () => {
  await serve('monitor', { readLogs: async () => 'from the monitor' });
  await listen('worker');
  expect(await readLogs(ask({ hearingMs: 50 }))).toBe('from the monitor');
  await ends.pop()!();
  rmSync(at('worker'), { force: true });

  await listen('worker', (socket) => {
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"ans'));
  });
  expect(await readLogs(ask())).toBe('from the monitor');
});

test('without either, the error says who does not answer, why, and what to do', async () => {
  await expect(readLogs(ask())).rejects.toThrow(
    'No process of this control plane can look at the nodes (none is running). Start what is not running: ./pgrow up',
  );
  leaveBehind('worker');
  await listen('monitor');
  const failure = await readLogs(ask({ hearingMs: 50 })).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'worker_unavailable', status: 503 });
  expect((failure as Error).message).toContain('(the worker: it has ended; the monitor: no answer within 50 ms)');
});

test('a look that continues for too long is an error of its own: someone is there', async () => {
  await serve('worker', { readLogs: () => new Promise(() => undefined) });
  await expect(readLogs(ask({ readLogsMs: 50 }))).rejects.toMatchObject({ code: 'no_answer' });
});

/** The socket of a process that was killed. */
const leaveBehind = (name: string): void => {
  const script = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  try {
    execFileSync(process.execPath, ['-e', script, at(name)], { stdio: 'ignore' });
  } catch {
    // It was killed.
  }
  expect(existsSync(at(name))).toBe(true);
};

test('the socket of a process that was killed is taken over', async () => {
  leaveBehind('worker');
  await serve('worker', { readLogs: async () => 'taken over' });
  expect(await readLogs(ask())).toBe('taken over');
});

const at0 = '2026-11-21T05:15:52.000000001Z';

const followed = async (signal = new AbortController().signal, onLine: () => unknown = () => undefined) => {
  const lines: string[] = [];
  for await (const line of askLogs(sockets(), 5000).followLog('c', { lines: 5, since: null }, signal)) {
    lines.push(line.text);
    await onLine();
  }
  return lines;
};

test('a log is followed line by line, and the one who looks notices when the reader has gone', async () => {
  let learned: unknown = null;
  await serve('monitor', {
    async *followLog(container, from, signal) {
      for (const text of [container, JSON.stringify(from)]) yield { at: at0, text };
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve());
      });
      learned = 'no one listens';
    },
  });
  const enough = new AbortController();
  let heard = 0;
  const lines = await followed(enough.signal, () => (heard += 1) === 2 && enough.abort());
  expect(lines).toEqual(['c', '{"lines":5,"since":null}']);
  await vi.waitFor(() => expect(learned).toBe('no one listens'));
});

test('a log that cannot be followed is an error with its words; one whose process ends ends', async () => {
  await serve('worker', {
    async *followLog() {
      yield { at: at0, text: 'first' };
      throw new PgrowError('node_failed', 'c is not there.');
    },
  });
  await expect(followed()).rejects.toMatchObject({ code: 'node_failed', message: 'c is not there.' });

  await ends.pop()!();
  await listen('worker', (socket) => {
    const half = `{"line":${JSON.stringify({ at: at0, text: 'whole' })}}\n{"line`;
    socket.once('data', () =>
      socket.end(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${half.length.toString(16)}\r\n${half}`),
    );
  });
  expect(await followed()).toEqual(['whole']);
});

test('a process that ends leaves the socket of its successor alone', async () => {
  await serve('worker', {});
  const [end] = ends.splice(-1);
  await serve('worker', { readLogs: async () => 'the successor' });
  await end!();
  expect(await readLogs(ask())).toBe('the successor');
});

describe('several workers of one home', () => {
  const [first, second, older] = ['worker-bb-00000001', 'worker-bb-00000002', 'worker-aa-00000003'] as const;

  test('one of the newest version is asked first, the next when it does not answer', async () => {
    for (const build of ['aa', 'bb']) recordPrepared({ path: directory }, build);
    for (const name of [older, first, second]) await serve(name, { readLogs: async () => name });
    expect(await readLogs(ask())).toBe(first);
    for (const next of [second, older]) {
      await ends.splice(next === second ? -2 : -1, 1)[0]!();
      expect(await readLogs(ask())).toBe(next);
    }
  });

  // Containers that are killed leave a socket each, and none of them is ever used again.
  test('what killed ones have left is removed, what may be a living one never', async () => {
    for (const name of [first, 'worker-bb']) leaveBehind(name);
    writeFileSync(at(first).replace(/sock$/, 'ready'), '');
    await listen(second);
    await serve('monitor', { readLogs: async () => 'from the monitor' });
    expect(await readLogs(ask({ hearingMs: 50 }))).toBe('from the monitor');
    // The last one's name is taken over by the next worker of that version.
    expect(readdirSync(join(directory, 'run')).toSorted()).toEqual(
      ['monitor.sock', `${second}.sock`, 'worker-bb.sock'].toSorted(),
    );
  });
});
