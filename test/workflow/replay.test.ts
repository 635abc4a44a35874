import { readdirSync, readFileSync } from 'node:fs';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, test } from 'vitest';
import { bundleWorkflows, dataConverter } from '../../src/worker/workflow-code.ts';
import * as workflows from '../../src/workflows/index.ts';
import { secretNames } from '../../src/nodes/secrets.ts';

/**
 * Histories of real runs (`npm run histories`), and of what is rare on the fake platform (`npm run histories:fake`): an
 * operation that runs while pgrow is updated continues.
 */

const folder = new URL('../histories/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
const read = (name: string) =>
  JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as { readonly workflowId: string; readonly history: object };

/** Payloads are base64 in JSON: read as Temporal Web would show them. */
const plainText = (history: object): string =>
  JSON.stringify(history).replaceAll(/"data":"([A-Za-z0-9+/=]*)"/g, (_, data: string) =>
    Buffer.from(data, 'base64').toString(),
  );

describe('histories of real runs', () => {
  beforeAll(() => void Runtime.install({ logger: new DefaultLogger('ERROR') }));

  test('there are some of every kind of workflow', () => {
    const kinds = Object.keys(workflows).toSorted();
    expect(kinds.length).toBeGreaterThan(10);
    expect(kinds.filter((kind) => !files.some((name) => name.startsWith(`${kind}-`)))).toEqual([]);
  });

  // A control plane may begin to send traces while operations run.
  test.each(['plain', 'traced-plain'] as const)('are replayed by the workflows as they are now: %s', async (kind) => {
    const { code } = await bundleWorkflows(new DefaultLogger('ERROR'), kind);
    const histories = files.map(read);
    const failures: Record<string, string> = {};
    let replayed = 0;
    for await (const { workflowId, runId, error } of Worker.runReplayHistories(
      { workflowBundle: { code }, dataConverter, sinks: { exporter: { export: { fn: () => {} } } } },
      histories,
    )) {
      replayed += 1;
      if (error) failures[`${workflowId} ${runId}`] = error.message;
    }
    expect(failures).toEqual({});
    expect(replayed).toBe(files.length);
  });

  test.for(files)('%s holds no secret', (name) => {
    const text = plainText(read(name).history);
    for (const secret of secretNames) expect(text).not.toMatch(new RegExp(`"${secret}"\\s*:\\s*"`));
    expect(text).not.toMatch(
      /password"?\s*[:=]|SCRAM-SHA-256\$|postgres(ql)?:\/\/[^/\s]*:[^/\s]*@|authorization|bearer /i,
    );
  });
});
