import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { completionScripts } from './completion-scripts.ts';

let folder: string;
let server: Server;
let isDown = false;

/** A `pgrow` on the path, of a control plane with two databases. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pgrow-completion-'));
  server = createServer(({ url = '' }, response) => {
    // As one that hangs.
    if (isDown) return;
    const nodes = [{ name: 'postgres-1' }, { name: 'front' }];
    const services = [{ name: 'shop' }, { name: 'billing' }];
    const document = url.endsWith('/shop/postgres/status') ? { nodes } : { services };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(document));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const program = `#!/bin/sh\nexec '${process.execPath}' --disable-warning=ExperimentalWarning '${main}' "$@"\n`;
  writeFileSync(join(folder, 'pgrow'), program, { mode: 0o755 });
  writeFileSync(join(folder, 'token'), 'secret\n', { mode: 0o600 });
  writeFileSync(join(folder, 'completion.bash'), completionScripts.bash);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

/** Presses Tab in bash, at the end of a line, by calling what bash calls, with what bash gives it. */
const tab = async (line: string): Promise<string[]> => {
  const script = `
    source "$HOME/completion.bash"
    COMP_LINE=$1 COMP_POINT=\${#1}
    compopt() { echo "compopt $*"; }
    words=($1)
    last=\${words[-1]}
    [[ $1 == *' ' ]] && last=
    _pgrow pgrow "\${last##*=}"
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { port } = server.address() as AddressInfo;
  const env = {
    PATH: `${folder}:/usr/bin:/bin`,
    HOME: folder,
    PGROW_HOME: folder,
    PGROW_API_PORT: String(port),
    // Each Tab after the first one starts in a third of the time.
    NODE_COMPILE_CACHE: join(folder, 'compiled'),
  };
  const { stdout, stderr } = await promisify(execFile)('bash', ['-c', script, 'bash', line], { env });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((word) => word !== '');
};

test('bash completes verbs, options, their values, and the names that the API knows', async () => {
  expect(await tab('pgrow exp')).toEqual(['expand']);
  expect(await tab('pgrow status --w')).toEqual(['--watch']);
  expect(await tab('pgrow expand shop --to=r')).toEqual(['replicas']);
  expect(await tab('pgrow status ')).toEqual(['shop', 'billing']);
  expect(await tab('pgrow logs shop p')).toEqual(['postgres-1']);
  expect(await tab('pgrow password shop --file ')).toEqual(['compopt -o default']);
});

test('an API that does not answer is waited for a moment, and not mentioned', async () => {
  isDown = true;
  expect(await tab('pgrow status ')).toEqual([]);
});
