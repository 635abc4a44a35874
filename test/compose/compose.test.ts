import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sessionOpener } from '../../src/workload/session.ts';
import { parseEndpoint } from '../../src/workload/endpoint.ts';
import { startWorkload } from '../../src/workload/workload.ts';
import { retryUntil } from '../support/retry-until.ts';
import { openComposeStack, type ComposeStack } from './compose-stack.ts';

const database = `shop-${randomBytes(3).toString('hex')}`;
let stack: ComposeStack;

beforeAll(async () => {
  stack = await openComposeStack();
  await stack.compose('up', '--detach', '--wait');
});
afterAll(() => stack.remove());

test('a database is created, expands while clients write and a worker is killed, and leaves nothing', async () => {
  const listEndpoints = ['operator', 'nexus', 'endpoint', 'list', '--output', 'json'];
  const temporal = ['run', '--rm', '-T', '--no-deps', '--entrypoint', 'temporal', 'temporal-namespace'];
  expect(await stack.compose(...temporal, ...listEndpoints)).toMatch(/"name": "pgrow"/);
  await stack.pgrow('create', database);
  await expectConsole((await stack.pgrow('web', '--print', database)).trim());
  const endpoint = parseEndpoint((await stack.pgrow('url', database)).trim());
  const workload = await startWorkload({
    endpoint: () => endpoint,
    clients: 4,
    maximumTransactionsPerSecond: 100,
    open: sessionOpener(60_000),
    transactionTimeoutMs: 60_000,
  });
  try {
    await workload.ready();
    await stack.compose('up', '--detach', '--wait', '--scale', 'worker=3');
    const expansion = stack.pgrow('expand', database, '--to', 'pooling');
    await killWorker();
    await expansion;
    await workload.nextAcknowledgement();
  } finally {
    const { lost, failed, errors } = await workload.stop();
    expect({ lost, failed, errors }).toEqual({ lost: 0, failed: 0, errors: [] });
  }

  await stack.compose('up', '--detach', '--wait', '--scale', 'worker=3');
  const workers = (await stack.containers()).filter(({ service }) => service === 'worker');
  expect(workers.filter(({ restarts }) => restarts === 1)).toHaveLength(1);
  await stack.compose('down');
  expect(await stack.nodesOf(database)).not.toEqual([]);
  await stack.compose('up', '--detach', '--wait');
  expect(await stack.pgrow('status', database)).toContain(`${database}: healthy, stage 1 (pooling)`);

  await expectNoSecret();
  await loseAndRestore();
  await stack.pgrow('destroy', database, '--confirm', database);
  expect(await stack.nodesOf(database)).toEqual([]);
  await stack.compose('down', '--volumes');
  expect(await stack.leftovers()).toEqual([]);
});

/** Its link leads from the host to the console, which comes with the image. */
const expectConsole = async (link: string): Promise<void> => {
  const page = await fetch(link, { headers: { accept: 'text/html' } });
  expect(await page.text()).toContain('<title>pgrow</title>');
  const { origin, hash } = new URL(link);
  const signedIn = await fetch(`${origin}/v1/sessions`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: JSON.stringify({ ticket: new URLSearchParams(hash.slice(1)).get('ticket') }),
  });
  expect(signedIn.status).toBe(201);
};

/** Home, metadata and Temporal go with their volumes; the database serves all the while. */
const loseAndRestore = async (): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'pgrow-backup-'));
  const [file, inPrepare] = [join(folder, 'backup'), ['run', '--rm', '-T', 'prepare', 'pgrow']];
  try {
    await stack.composeTo(file, ...inPrepare, 'backup-control-plane', '-');
    await stack.compose('down', '--volumes');
    expect(await stack.leftovers()).toEqual([]);

    expect(await stack.composeFrom(file, ...inPrepare, 'restore-control-plane', '-')).toContain(database);
    await stack.compose('up', '--detach', '--wait');
    await retryUntil('the record to be compared', async () =>
      expect(await stack.pgrow('status', database)).toContain(`${database}: healthy, stage 1 (pooling)`),
    );
    await retryUntil('the hold to end', async () => {
      await stack.pgrow('scale-down', database, '--to', 'single', '--grace', '0', '--yes');
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** All processes of the first one, from inside: the engine does not restart one that it was asked to stop. */
const killWorker = async (): Promise<void> => {
  // The command ends with the container, so its own end says nothing.
  await stack.compose('exec', '-T', '--index', '1', 'worker', 'sh', '-c', 'kill -s KILL -- -1').catch(() => undefined);
};

/** Also of services that have ended: the engine keeps what they were started with and what they said. */
const expectNoSecret = async (): Promise<void> => {
  const all = await stack.secrets();
  expect(all).toHaveLength(5);
  for (const { service, described, logs, processes, ports } of await stack.containers()) {
    const shows = all.filter(({ value }) => [described, logs, processes].some((text) => text.includes(value)));
    expect({ service, shows: shows.map(({ name }) => name) }).toEqual({ service, shows: [] });
    expect({ service, beyondLoopback: ports.filter((port) => !port.startsWith('127.0.0.1:')) }).toEqual({
      service,
      beyondLoopback: [],
    });
  }
};
