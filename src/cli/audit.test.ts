import { expect, test } from 'vitest';
import { auditText, type AuditLine } from './audit.ts';

const entry = (id: number): AuditLine => ({
  id: String(id),
  at: '2026-11-29T10:00:00.000Z',
  actor: 'ci',
  project: 'default',
  action: 'expand',
  details: { database: 'shop', target: 'ha', options: { cutover: 'auto' } },
  request_id: null,
});

test('an entry is one line: when, who, what, on which database, with which values', () => {
  expect(auditText([entry(7)])[1]).toBe(
    '2026-11-29T10:00:00.000Z  ci     default  expand  shop      target=ha options={"cutover":"auto"}',
  );
});
