import { expect, test } from 'vitest';
import { PgrowError } from '../domain/errors.ts';
import type { ApiClient } from './api-client.ts';
import { runConfirmedChange, type ConfirmedFlags } from './confirmed-change.ts';

/** An API whose plan would empty a table, and that starts nothing until that is confirmed. */
const cautious = () => {
  const sent: object[] = [];
  const post = async (path: string, body: { confirm?: true }, { dryRun = false } = {}) => {
    if (dryRun)
      return {
        operation: {
          type: 'expand',
          steps: [{}],
          warnings: ['Empties a.'],
          losses: ['Empties a.'],
          nodes_removed: [],
        },
      };
    sent.push(body);
    if (body.confirm) return { operation_id: 'o1', workflow_id: 'w1' };
    const problems = [{ path: 'confirm', value: false, allowed: 'true' }];
    throw new PgrowError('invalid_input', `${path} needs a confirmation`, { problems });
  };
  const get = async () => ({ id: 'o1' });
  return { api: { post, get } as unknown as ApiClient, sent };
};
const expand = (api: ApiClient, flags: ConfirmedFlags) =>
  runConfirmedChange({
    api,
    database: 'shop',
    request: { path: 'ha', body: { enabled: true } },
    flags: { detach: true, ...flags },
  });

test('what would lose something is not started where no one can be asked', async () => {
  const { api, sent } = cautious();
  await expect(expand(api, {})).rejects.toThrow(/Nothing was touched.*--yes/);
  expect(sent).toEqual([{ enabled: true }]);
});

test('--yes confirms it', async () => {
  const { api, sent } = cautious();
  expect(await expand(api, { yes: true })).toBe(0);
  expect(sent).toEqual([{ enabled: true, confirm: true }]);
});

test('a key is used for one request only', async () => {
  const { api, sent } = cautious();
  await expect(expand(api, { idempotencyKey: 'k' })).rejects.toThrow(/--yes/);
  expect(sent).toEqual([]);
});

// While the operation of the first request ran, the plan that is looked at before a request was refused, and so was the
// second one with the same key, which starts nothing new.
test.each([
  ['whose plan had nothing to confirm', [], {}, [{ enabled: true }]],
  ['that was confirmed', ['Empties a.'], { yes: true }, [{ enabled: true, confirm: true }]],
] as const)(
  'a request %s is found again by its key, which the look at the plan names too',
  async (_, losses, flags, sends) => {
    const sent: object[] = [];
    const post = async (_path: string, body: object, { dryRun = false, idempotencyKey = 'none' } = {}) => {
      expect(idempotencyKey).toBe('k');
      if (dryRun) return { operation: { type: 'expand', steps: [{}], warnings: losses, losses, nodes_removed: [] } };
      sent.push(body);
      return { operation_id: 'o1', workflow_id: 'w1' };
    };
    const api = { post, get: async () => ({ id: 'o1' }) } as unknown as ApiClient;
    expect(await expand(api, { idempotencyKey: 'k', ...flags })).toBe(0);
    expect(sent).toEqual(sends);
  },
);
