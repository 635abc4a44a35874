import { expect, test, vi } from 'vitest';
import type { ApiClient, SendOptions } from './api-client.ts';
import { foreseenText, showForeseen } from './show-foreseen.ts';

const would = {
  says: ['The expansion of shop would be undone.'],
  steps: [{ index: 4, name: 'start etcd-1', becomes: 'undone' }],
} as const;

test('says what would happen, then which steps', () => {
  expect(foreseenText(would)).toEqual(['The expansion of shop would be undone.', '', 'undo 5  start etcd-1']);
  expect(foreseenText({ says: ['Nothing.'], steps: [] })).toEqual(['Nothing.']);
});

test('sends nothing but a dry run', async () => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const sent: [string, SendOptions | undefined][] = [];
  const post = async (path: string, _body: object, options?: SendOptions) => {
    sent.push([path, options]);
    return would;
  };
  await showForeseen({ post } as unknown as ApiClient, { database: 'shop', verb: 'abort', json: true });
  expect(sent).toEqual([['/v1/projects/default/services/shop/postgres/abort', { dryRun: true }]]);
  vi.restoreAllMocks();
});
