import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

// Every verb loaded the launcher, with the engine's client and pg, and was four times as slow for it.
test('a verb that only reads loads neither the launcher nor clients of servers', async () => {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const listing = `
    const loaded = [];
    process.on('exit', () => console.error(loaded.join('\\n')));
    require('node:module').registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
    process.argv = [process.execPath, 'help'];
    void import(${JSON.stringify(main)});`;
  const { stderr } = await promisify(execFile)(process.execPath, ['--input-type=commonjs', '--eval', listing]);
  expect(stderr).toContain('/src/cli/status.ts');
  expect(stderr).not.toMatch(
    /launcher\/.*control-plane\.ts|run-tests\.ts|dockerode|\/pg\/|@temporalio|fastify|modelcontextprotocol/,
  );
});
