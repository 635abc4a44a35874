import { expect, test } from 'vitest';
import { contentHash } from './images.ts';

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
