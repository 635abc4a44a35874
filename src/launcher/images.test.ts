import Docker from 'dockerode';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { contentHash } from './image-context.ts';
import { followBuild } from './images.ts';

const dockerfile = { path: 'Dockerfile', mode: 0o644, content: Buffer.from('FROM base\n') };
const script = { path: 'bin/start', mode: 0o755, content: Buffer.from('#!/bin/sh\n') };
const files = [dockerfile, script];

test('the same files on the same base are the same image', () => {
  expect(contentHash(files, 'sha256:1')).toBe(contentHash([{ ...dockerfile }, { ...script }], 'sha256:1'));
  expect(contentHash(files, 'sha256:1')).toMatch(/^[0-9a-f]{12}$/);
});

test.for([
  ['another content', [dockerfile, { ...script, content: Buffer.from('#!/bin/bash\n') }], 'sha256:1'],
  ['another name', [dockerfile, { ...script, path: 'bin/stop' }], 'sha256:1'],
  ['another mode', [dockerfile, { ...script, mode: 0o644 }], 'sha256:1'],
  ['one file less', [dockerfile], 'sha256:1'],
  ['another base', files, 'sha256:2'],
] as const)('%s is another image', ([, changed, base]) => {
  expect(contentHash(changed, base)).not.toBe(contentHash(files, 'sha256:1'));
});

// The engine reports a step that failed in the stream, and then ends it as if all were well: "Built image … in 23 s".
test('a build of which a step fails is a build that fails, with what was said last', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pgrow-build-'));
  const lines = [{ stream: 'Step 2/2 : RUN false\n' }, { error: 'returned a non-zero code: 1' }];
  const output = Readable.from(lines.map((line) => `${JSON.stringify(line)}\n`));
  const log = join(folder, 'build.log');
  await expect(followBuild(new Docker(), output, { image: 'etcd', log })).rejects.toThrow(
    /Image etcd cannot be built: returned a non-zero code: 1 .*\n.*Step 2\/2 : RUN false/,
  );
  rmSync(folder, { recursive: true });
});
