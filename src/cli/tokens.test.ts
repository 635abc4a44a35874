import { expect, test } from 'vitest';
import type { TokenDocument } from '../domain/tokens.ts';
import { tokensText } from './tokens.ts';

const token = (change: Partial<TokenDocument> = {}): TokenDocument => ({
  id: '3f1c2b1e-0000-4000-8000-000000000001',
  name: 'ci',
  project: 'shop',
  role: 'operator',
  created_at: '2026-11-29T10:00:00.000Z',
  created_by: 'cli',
  expires_at: '2027-02-27T10:00:00.000Z',
  expired: false,
  last_used_at: null,
  successor: null,
  ...change,
});

test('a token that was rotated is marked, so that one can see whether it is still used', () => {
  const [, old] = tokensText([token({ successor: '3f1c2b1e-0000-4000-8000-000000000002' })]);
  expect(old).toContain('2027-02-27T10:00:00.000Z, replaced');
});

test('a list of tokens says what each may do, until when, and whether it is used', () => {
  const home = token({ name: 'cli', project: '*', role: 'admin', created_by: null, expires_at: null });
  expect(tokensText([token(), token({ expired: true, last_used_at: '2026-11-29T11:00:00.000Z' }), home])).toEqual([
    'NAME  ROLE      PROJECT  EXPIRES                           LAST USED                 CREATED                   BY                 ID',
    'ci    operator  shop     2027-02-27T10:00:00.000Z          never                     2026-11-29T10:00:00.000Z  cli                3f1c2b1e-0000-4000-8000-000000000001',
    'ci    operator  shop     expired 2027-02-27T10:00:00.000Z  2026-11-29T11:00:00.000Z  2026-11-29T10:00:00.000Z  cli                3f1c2b1e-0000-4000-8000-000000000001',
    'cli   admin     *        never                             never                     2026-11-29T10:00:00.000Z  the control plane  3f1c2b1e-0000-4000-8000-000000000001',
  ]);
});
