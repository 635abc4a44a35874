import { rmSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { TestProject } from 'vitest/node';
import { ensureTemporal } from '../../src/launcher/temporal-binary.ts';
import { bundleWorkflows } from '../../src/worker/workflow-code.ts';
import { searchAttributeKeys } from '../../src/workflows/search-attribute-keys.ts';

/** One Temporal dev server and one bundle for all test files, made when the first of them asks. */
export interface SharedTemporal {
  readonly address: string;
  readonly bundle: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where to ask for it. */
    readonly sharedTemporal: string;
  }
}

export default async (project: TestProject): Promise<() => Promise<void>> => {
  const folder = mkdtempSync(join(tmpdir(), 'pgrow-temporal-'));
  let environment: TestWorkflowEnvironment | null = null;
  const begin = async (): Promise<SharedTemporal> => {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    const path = await ensureTemporal(() => undefined);
    environment = await TestWorkflowEnvironment.createLocal({
      server: {
        executable: { type: 'existing-path', path },
        log: { format: 'pretty', level: 'error' },
        searchAttributes: Object.values(searchAttributeKeys),
      },
    });
    const bundle = join(folder, 'workflows.js');
    writeFileSync(bundle, (await bundleWorkflows(new DefaultLogger('ERROR'))).code);
    return { address: environment.address, bundle };
  };
  let shared: Promise<SharedTemporal> | null = null;

  const server = createServer((_, response) => {
    shared ??= begin();
    shared.then(
      (answer) => response.end(JSON.stringify(answer)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  project.provide('sharedTemporal', `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);

  return async () => {
    server.closeAllConnections();
    server.close();
    await shared?.catch(() => undefined);
    await environment?.teardown();
    rmSync(folder, { recursive: true, force: true });
  };
};
