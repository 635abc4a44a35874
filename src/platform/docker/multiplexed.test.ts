import { describe, expect, test } from 'vitest';

import { demultiplexer } from './multiplexed.ts';

const frame = (kind: number, text: string): Buffer => {
  const header = Buffer.alloc(8);
  header[0] = kind;
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
};

const stream = Buffer.concat([frame(1, 'out '), frame(2, 'error'), frame(1, ''), frame(1, 'more')]);

describe("the engine's one stream", () => {
  test.each([1, 3, 8, 9, 1000])('comes apart into both outputs when cut into pieces of %i bytes', (size) => {
    const said = { stdout: '', stderr: '' };
    const push = demultiplexer({
      stdout: (chunk) => (said.stdout += chunk.toString()),
      stderr: (chunk) => (said.stderr += chunk.toString()),
    });
    for (let at = 0; at < stream.length; at += size) push(stream.subarray(at, at + size));
    expect(said).toEqual({ stdout: 'out more', stderr: 'error' });
  });
});
