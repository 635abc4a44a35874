import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ApiClient, SendOptions } from './api-client.ts';
import { releaseDatabase } from './release.ts';

const would = {
  released: false,
  differences: ['postgres-2 is not there.'],
  says: ['Its expand of 2026-11-28 counts as failed: nothing undoes or resumes it.'],
};

let printed = '';
let progress = '';
beforeEach(() => {
  printed = '';
  progress = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    progress += String(text);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

const recorded = () => {
  const sent: [path: string, body: object, options?: SendOptions][] = [];
  const post = async (...request: [string, object, SendOptions?]) => {
    sent.push(request);
    return would;
  };
  return { sent, api: { post } as unknown as ApiClient };
};

const path = '/v1/projects/default/services/shop/postgres/release';

test('a dry run says what differs and what the release would mean, and sends nothing else', async () => {
  const { sent, api } = recorded();
  await releaseDatabase(api, 'shop', { dryRun: true, yes: true });
  expect(printed).toBe(`${would.differences[0]}\n${would.says[0]}\n`);
  await releaseDatabase(api, 'shop', { dryRun: true, json: true });
  expect(printed).toContain('"released": false');
  expect(sent).toEqual([
    [path, {}, { dryRun: true }],
    [path, {}, { dryRun: true }],
  ]);
});

test('without a terminal it shows both, and releases nothing', async () => {
  const { sent, api } = recorded();
  await expect(releaseDatabase(api, 'shop', {})).rejects.toThrow('Nothing was touched. Without a terminal: --yes');
  expect(progress).toBe(`${would.differences[0]}\n${would.says[0]}\n`);
  expect(sent).toEqual([[path, {}, { dryRun: true }]]);
});

test('"--yes" releases at once', async () => {
  const { sent, api } = recorded();
  await releaseDatabase(api, 'shop', { yes: true });
  expect(sent).toEqual([[path, { confirm: true }]]);
  expect(printed).toContain('shop is not held any longer.');
});
