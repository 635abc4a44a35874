import { randomUUID } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Database } from '../../src/domain/database.ts';
import { useApi } from '../support/api-under-test.ts';
import { liveOf } from '../support/live-state.ts';
import { haTopology, replicaTopology, sampleDatabase } from '../support/sample-database.ts';
import { installSchemathesis, runSchemathesis } from './schemathesis.ts';

/** Bounds of the whole: seconds, and examples of each operation in each phase. `FUZZ_SECONDS`, `FUZZ_EXAMPLES` change them. */
const seconds = process.env['FUZZ_SECONDS'] ?? '600';
const examples = process.env['FUZZ_EXAMPLES'] ?? '30';

const api = useApi({ requests: { mostOfToken: 1e9, mostRefusedOfAddress: 1e9 } });
beforeAll(installSchemathesis);

/** A day in the life of two databases. */
const liveThrough = async () => {
  const databases: Database[] = [];
  for (const [name, topologyOf] of [
    ['shop', replicaTopology],
    ['stock', haTopology],
  ] as const) {
    const sample = sampleDatabase(name);
    databases.push(await api.store.registerDatabase({ ...sample, topology: topologyOf(sample) }));
  }
  const operations: string[] = [];
  for (const database of databases) {
    const { id: service_id } = database;
    await api.store.recordObserved({ service_id, seen_at: await api.store.readClock(), live: liveOf('healthy') });
    const { operation_id } = await api.openCheckpoint(database);
    operations.push(operation_id);
    await api.store.recordSnapshot({ id: `of-${database.name}`, service_id, operation_id, volume: 'v' });
    for (const key of ['1', '2', '3'])
      await api.store.recordEvent({
        service_id,
        event_type: 'stage_upgrade',
        from_stage: 0,
        to_stage: 2,
        metadata: {},
        key: `${key} of ${database.name}`,
      });
  }
  // A worker takes up and ends at once what is asked for.
  api.client.onStart = async ({ input }) => {
    const database = databases.find(({ id }) => id === input.service_id) ?? (await register(input));
    await api.recordOperation(database, input.operation_id);
    await api.store.endOperation({ id: input.operation_id, status: 'done', stall_ms: 0, error: null });
    api.client.end(input.service_id);
  };
  const register = (input: { readonly service_id: string; readonly name?: string }) =>
    api.store.registerDatabase(
      sampleDatabase(input.name ?? `made-${randomUUID().slice(0, 8)}`, { id: input.service_id }),
    );
  return { databases, operations };
};

test('schemathesis finds no error of the server and no answer that is not documented', async () => {
  const { databases, operations } = await liveThrough();
  // It cannot be revoked through the API, which tries to.
  const token = 'fuzz'.padEnd(40, 'x');
  await api.store.ensureHomeToken(token);
  await api.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = api.app.server.address() as AddressInfo;
  const folder = mkdtempSync(join(tmpdir(), 'pgrow-fuzz-'));
  const list = (values: readonly string[]) => `[${values.map((value) => JSON.stringify(value)).join(', ')}]`;
  writeFileSync(
    join(folder, 'schemathesis.toml'),
    `headers = { Authorization = "Bearer ${token}" }
max-stream-events = 2
request-timeout = 20

[dictionaries]
services.values = ${list(databases.flatMap(({ id, name }) => [id, name]))}
operations.values = ${list(operations)}
snapshots.values = ${list(databases.map(({ name }) => `of-${name}`))}

[parameters]
"path.projectId" = "default"
"path.serviceId" = { dictionary = "services" }
"path.operationId" = { dictionary = "operations" }
"path.snapshotId" = { dictionary = "snapshots" }
"query.topics" = ${list(['databases', 'system', ...databases.map(({ id }) => `database:${id}`)])}

# What a schema cannot say: which cursors there are, and what fits together.
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", 400, 401, 403, 404, 409, 412, 422]
`,
  );
  const code = await runSchemathesis(
    [
      '--config-file',
      join(folder, 'schemathesis.toml'),
      'run',
      `http://127.0.0.1:${port}/openapi.json`,
      '--max-time',
      seconds,
      '--max-examples',
      examples,
      '--report',
      'ndjson,junit',
      '--report-dir',
      folder,
      '--continue-on-failure',
    ],
    folder,
  );
  expect(code, `see ${folder}`).toBe(0);
});
