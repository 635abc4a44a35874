import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import { connect, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { createPgrowClient, type PgrowClient } from '../../src/client/client.ts';
import type { ClientOptions } from '../../src/client/temporal-calls.ts';
import { operationWorkflowId, queueHolderWorkflowId } from '../../src/domain/naming.ts';
import { workerIdentity, type QueueHolder } from '../../src/domain/task-queue.ts';
import { tlsRefusal } from '../../src/launcher/tls-refusal.ts';
import { readEnvironment } from '../../src/launcher/environment.ts';
import { accessOf, readProfile } from '../../src/launcher/temporal-profile.ts';
import { searchAttributeKeys } from '../../src/workflows/search-attribute-keys.ts';
import type { SharedTemporal } from '../support/global-setup.ts';
import { runCli } from '../support/run-cli.ts';

/** Control planes at a Temporal that is not their own: whose work is whose, and how they are let in. */

let shared: SharedTemporal;
let connection: Connection;
let temporal: Client;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  shared = (await (await fetch(inject('sharedTemporal'))).json()) as SharedTemporal;
  connection = await Connection.connect({ address: shared.address });
  temporal = new Client({ connection });
}, 300_000);
afterAll(() => connection.close());

const opened = (options: ClientOptions): PgrowClient => {
  const client = createPgrowClient(options);
  onTestFinished(() => client.close());
  return client;
};

describe('a task queue', () => {
  const here: QueueHolder = { home: '1a2b3c4d', path: '/srv/pgrow', host: 'db1' };
  const there: QueueHolder = { home: '99999999', path: '/home/ann/pgrow', host: 'laptop' };
  const onNewQueue = () => {
    const taskQueue = `queue-${randomUUID()}`;
    return { taskQueue, client: opened({ address: shared.address, taskQueue }) };
  };

  // Half of the activities of one ran in the other, which knew nothing of their databases: its operations failed.
  test('belongs to one control plane even if several claim it at the same moment, and stays its own', async () => {
    const { client, taskQueue } = onNewQueue();
    const [first, second] = await Promise.allSettled([client.holdQueue(here), client.holdQueue(there)]);
    const [owner, other] = first.status === 'fulfilled' ? [here, there] : [there, here];
    expect([first.status, second.status].toSorted()).toEqual(['fulfilled', 'rejected']);

    await client.holdQueue(owner);
    // A second worker of the same home, in a container.
    await client.holdQueue({ ...owner, host: 'b5f0c1d2e3a4' });
    const refused = await client.holdQueue(other).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'refused' });
    const { message } = refused as Error;
    for (const named of [owner.home, owner.path, owner.host, taskQueue, 'PGROW_TASK_QUEUE', 'TEMPORAL_NAMESPACE'])
      expect(message).toContain(named);
    await onNewQueue().client.holdQueue(other);
  });

  test('is free once its claim was ended by hand and no worker of its control plane lives', async () => {
    const { client, taskQueue } = onNewQueue();
    await client.holdQueue(here);
    const native = await NativeConnection.connect({ address: shared.address });
    const worker = await Worker.create({
      connection: native,
      identity: workerIdentity(here.home, { pid: 41, host: here.host, instance: '0a0a0a0a' }),
      taskQueue,
      workflowBundle: { codePath: shared.bundle },
    });
    const running = worker.run();
    const claim = temporal.workflow.getHandle(queueHolderWorkflowId(taskQueue));
    await claim.cancel();
    await expect(claim.result()).rejects.toThrow(/cancelled/i);
    await expect(client.holdQueue(there)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringMatching(/worker "pgrow-worker 1a2b3c4d 41@db1 0a0a0a0a" asked for work \d+ s ago/),
    });
    // Its own control plane takes it again.
    await client.holdQueue(here);
    worker.shutdown();
    await running;
    await native.close();

    const unused = onNewQueue();
    await unused.client.holdQueue(here);
    await temporal.workflow.getHandle(queueHolderWorkflowId(unused.taskQueue)).terminate('gone for good');
    await unused.client.holdQueue(there);
  });
});

const upWith = async (variables: Readonly<Record<string, string>>) => {
  const home = mkdtempSync(join(tmpdir(), 'pgrow-guest-'));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const answer = await runCli({ PGROW_HOME: home, ...variables }, ['up']);
  return { ...answer, made: readdirSync(home), started: readdirSync(join(home, 'run')) };
};

describe('up', () => {
  test('is refused before anything starts where the queue is that of another control plane', async () => {
    const taskQueue = `queue-${randomUUID()}`;
    const owner = { home: '99999999', path: '/home/ann/pgrow', host: 'laptop' };
    await opened({ address: shared.address, taskQueue }).holdQueue(owner);
    const refused = await upWith({ TEMPORAL_ADDRESS: shared.address, PGROW_TASK_QUEUE: taskQueue });
    expect(refused).toMatchObject({ exitCode: 3, started: [] });
    expect(refused.stderr).toContain(
      `Task queue ${taskQueue} in namespace default belongs to the control plane 99999999`,
    );
    expect(refused.made).not.toContain('external.json');
  });

  test.for([
    [
      'a Temporal that does not answer',
      { TEMPORAL_ADDRESS: '127.0.0.1:1' },
      1,
      'Temporal at 127.0.0.1:1 does not answer',
    ],
    [
      'a key without its certificate',
      { TEMPORAL_ADDRESS: 't:7233', TEMPORAL_TLS_CLIENT_KEY_DATA: 'hunter2' },
      2,
      'CERT_PATH',
    ],
  ] as const)('is refused before anything starts with %s', async ([, variables, exitCode, reason]) => {
    const refused = await upWith(variables);
    expect(refused).toMatchObject({ exitCode, started: [], stderr: expect.stringContaining(reason) });
    expect(refused.stderr + refused.stdout).not.toContain('hunter2');
    expect(refused.made).not.toContain('external.json');
  });
});

test('a namespace that Temporal does not have is named', async () => {
  const client = opened({ address: shared.address, namespace: 'nowhere' });
  await expect(client.holdQueue({ home: 'h', path: '/', host: 'h' })).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringMatching(/has no namespace nowhere\. .*TEMPORAL_NAMESPACE/),
  });
});

const pem = (name: string): string => join(import.meta.dirname, '..', 'support', 'certificates', name);
const authority = { TEMPORAL_TLS_SERVER_CA_CERT_PATH: pem('ca.pem') };
const certificate = {
  TEMPORAL_TLS_CLIENT_CERT_PATH: pem('client.pem'),
  TEMPORAL_TLS_CLIENT_KEY_PATH: pem('client.key'),
};
const serverSide = {
  cert: readFileSync(pem('server.pem')),
  key: readFileSync(pem('server.key')),
  ca: readFileSync(pem('ca.pem')),
};

/** As worker, API and monitor get it. */
const accessBy = (variables: Readonly<Record<string, string>>) => {
  const profile = readProfile(readEnvironment(variables).temporal);
  return accessOf({ ...profile, address: variables['TEMPORAL_ADDRESS']! });
};

const listening = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** The shared one, for clients that have a certificate. */
const behindTls = (): Promise<string> => {
  const [host, port] = shared.address.split(':') as [string, string];
  const options = { ...serverSide, requestCert: true, ALPNProtocols: ['h2'] };
  const server = createTlsServer(options, (outside) => {
    const inside = connect(Number(port), host);
    outside.pipe(inside).pipe(outside);
    outside.on('error', () => inside.destroy());
    inside.on('error', () => outside.destroy());
  });
  return listening(server);
};

describe('a Temporal behind TLS', () => {
  test('lets clients and workers in that have its authority and a certificate', async () => {
    const access = accessBy({ TEMPORAL_ADDRESS: await behindTls(), ...authority, ...certificate });
    await opened({ ...access, taskQueue: `queue-${randomUUID()}` }).holdQueue({ home: 'h', path: '/', host: 'h' });
    const { namespace: _namespace, ...connecting } = access;
    const native = await NativeConnection.connect(connecting);
    expect((await native.workflowService.getSystemInfo({})).serverVersion).toMatch(/^\d/);
    await native.close();
  });

  test('keeps out those that lack one of them', async () => {
    const address = await behindTls();
    const lacking = [authority, certificate, {}].map((variables) =>
      opened(accessBy({ TEMPORAL_ADDRESS: address, ...variables })).describe(randomUUID()),
    );
    for (const { status, ...answer } of await Promise.allSettled(lacking)) {
      expect({ status, ...answer }).toMatchObject({ status: 'rejected', reason: { code: 'temporal_unavailable' } });
    }
  });

  // gRPC says "Deadline exceeded … waiting for metadata filters", and up said "Check that it runs".
  test('is no silent one to up where it asks for a certificate', async () => {
    const address = await behindTls();
    const refused = await upWith({ TEMPORAL_ADDRESS: address, ...authority });
    expect(refused).toMatchObject({ exitCode: 2, started: [] });
    expect(refused.stderr).toContain(
      `Temporal at ${address} and pgrow do not agree on TLS (tlsv13 alert certificate required). Check TEMPORAL_TLS_…`,
    );
  });

  test('says what is wrong with TLS on either side', async () => {
    const address = await behindTls();
    const refusal = (variables: Readonly<Record<string, string>>) =>
      tlsRefusal(accessBy({ TEMPORAL_ADDRESS: address, TEMPORAL_TLS: 'true', ...variables }));
    expect(await refusal({ ...authority, ...certificate })).toBeNull();
    expect(await refusal(certificate)).toContain('self-signed certificate in certificate chain');
    expect(await refusal({ ...authority, ...certificate, TEMPORAL_TLS_SERVER_NAME: 'temporal.example' })).toContain(
      'Host: temporal.example. is not in the cert',
    );
    expect(await refusal({ TEMPORAL_ADDRESS: shared.address })).toContain('wrong version number');
    expect(await refusal({ TEMPORAL_ADDRESS: '127.0.0.1:1' })).toBeNull();
  });
});

test('an API key reaches Temporal in a header alone, and one that is refused is not shown', async () => {
  const seen: unknown[] = [];
  const server = createSecureServer({ cert: serverSide.cert, key: serverSide.key });
  server.on('stream', (stream, { authorization, 'x-team': team }) => {
    seen.push([authorization, team]);
    const refusal = { 'grpc-status': '16', 'grpc-message': 'Request unauthorized.' };
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...refusal }, { endStream: true });
  });
  const access = accessBy({
    TEMPORAL_ADDRESS: await listening(server),
    TEMPORAL_API_KEY: 'hunter2',
    TEMPORAL_GRPC_META_X_TEAM: 'storage',
    ...authority,
  });
  const refused = (await opened(access)
    .describe(randomUUID())
    .catch((error: unknown) => error)) as Error;
  expect(refused).toMatchObject({
    code: 'invalid_input',
    message: expect.stringMatching(/refuses pgrow.*TEMPORAL_API_KEY/),
  });
  expect(JSON.stringify([refused.message, refused.stack, String(refused.cause)])).not.toContain('hunter2');
  await vi.waitFor(() => expect(seen[0]).toEqual(['Bearer hunter2', 'storage']));
});

// With credentials that may not register search attributes every start was refused: "Namespace pgrow has no mapping defined
// for search attribute PgrowDatabase".
test('a namespace that does not know the search attributes takes operations without them, and with them once it does', async () => {
  const namespace = `bare-${randomUUID()}`;
  const workflowExecutionRetentionPeriod = { seconds: 86_400 } as object;
  await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod });
  const client = opened({ address: shared.address, namespace, taskQueue: 'pgrow' });
  const about = { database: 'shop', stage: 1 } as const;
  const ids = { service_id: randomUUID(), operation_id: randomUUID() };
  const attributesOf = async (service_id: string) => {
    const handle = new Client({ connection, namespace }).workflow.getHandle(operationWorkflowId(service_id));
    return (await handle.describe()).typedSearchAttributes.get(searchAttributeKeys.database);
  };
  // Temporal's caches learn of it within seconds.
  await vi.waitFor(() => client.describe(ids.service_id), { timeout: 30_000, interval: 200 });

  await client.start('expand', { ...ids, target: 'pooling' }, about);
  const opening = { service_id: randomUUID(), operation_id: randomUUID() };
  expect(await client.open('expand', { ...opening, target: 'pooling' }, about)).toMatchObject({ opened: null });
  const switching = { service_id: randomUUID(), operation_id: randomUUID() };
  await client.switchOver(switching, about);
  for (const { service_id } of [ids, opening, switching]) expect(await attributesOf(service_id)).toBeUndefined();

  await client.registerSearchAttributes();
  await client.registerSearchAttributes();
  await vi.waitFor(
    async () => {
      const later = randomUUID();
      await client.start('expand', { service_id: later, operation_id: randomUUID(), target: 'pooling' }, about);
      expect(await attributesOf(later)).toBe('shop');
    },
    { timeout: 30_000, interval: 200 },
  );
});
