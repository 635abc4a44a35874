import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';

let folder: string;
let server: Server;
let api: string;
const asked: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pgrow-contexts-'));
  writeFileSync(join(folder, 'token'), 'pgrow_of-prod\n', { mode: 0o600 });
  server = createServer(({ url, headers }, response) => {
    asked.push(`${url} ${headers.authorization}`);
    response.setHeader('content-type', 'application/json').end('{"events":[]}');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

/** The command line of a person with a configuration and a state of their own. */
const pgrow = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    // What was compiled once is kept: each run after the first starts in a third of the time.
    const env = { XDG_CONFIG_HOME: folder, XDG_STATE_HOME: folder, NODE_COMPILE_CACHE: join(folder, 'compiled') };
    const main = fileURLToPath(new URL('main.ts', import.meta.url));
    execFile(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', main, ...args],
      { env },
      (error, stdout, stderr) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });

test('a context that was added and is used leads to its API, with its token and project; verbs of the home stay away', async () => {
  const token = join(folder, 'token');
  const added = await pgrow('config', 'add', 'prod', '--api', api, '--token-file', token, '--project', 'team-a');
  expect(added).toMatchObject({ code: 0, stderr: '' });
  expect(statSync(join(folder, 'pgrow', 'config.json')).mode & 0o777).toBe(0o600);

  expect((await pgrow('events', 'shop')).stderr).toContain('has never been started');
  expect(await pgrow('events', 'shop', '--context', 'prod')).toMatchObject({ code: 0, stdout: 'No events.\n' });
  expect(asked).toEqual(['/v1/projects/team-a/services/shop/postgres/events?limit=100 Bearer pgrow_of-prod']);

  expect(await pgrow('config', 'use', 'prod')).toMatchObject({ code: 0 });
  expect(JSON.parse((await pgrow('config', 'list', '--json')).stdout)).toMatchObject({
    contexts: [
      { name: 'local', in_use: false, api: null },
      { name: 'prod', in_use: true, api, project: 'team-a', token_file: token },
    ],
  });
  expect(await pgrow('down')).toMatchObject({ code: 3, stderr: expect.stringContaining(`control plane at ${api}`) });

  expect(await pgrow('config', 'remove', 'prod')).toMatchObject({ code: 0 });
  expect((await pgrow('config', 'show')).stdout).toMatch(/^Context +local \(chosen by default\)$/m);
});

test('with --output yaml the result is one document, and so is a refusal', async () => {
  const shown = parse((await pgrow('config', 'show', '--output', 'yaml')).stdout);
  expect(shown).toMatchObject({ name: 'local', chosen_by: 'default', project: 'default' });
  const { code, stdout } = await pgrow('expnd', 'shop', '--output', 'yaml');
  expect(code).toBe(2);
  expect(parse(stdout)).toMatchObject({
    error: { code: 'malformed_request', message: expect.stringContaining('expand') },
  });
});
