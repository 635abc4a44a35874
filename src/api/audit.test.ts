import { expect, test } from 'vitest';
import { PgrowError } from '../domain/errors.ts';
import type { AuditEntry } from '../store/audit.ts';
import { recordRefused } from './audit.ts';

const recordOf = async (error: unknown, database?: string): Promise<readonly AuditEntry[]> => {
  const recorded: AuditEntry[] = [];
  const store = { recordAudit: async (entry: AuditEntry) => void recorded.push(entry) };
  await recordRefused({ store: store as never, log: { error: () => undefined } }, error, {
    askedBy: { actor: 'look', token_id: null, request_id: null },
    project: 'default',
    request: 'POST /graphql postgresSwitchover',
    ...(database !== undefined && { database }),
  });
  return recorded;
};

// A viewer filled the disk of the metadata with names of 60 KB in changes that were refused.
test('of a change that is refused the audit keeps a name, however long it was', async () => {
  const [entry] = await recordOf(new PgrowError('forbidden', 'Use another token.'), 'x\0'.repeat(30_000));
  expect(entry?.details).toEqual({
    request: 'POST /graphql postgresSwitchover',
    code: 'forbidden',
    database: expect.stringMatching(/^x{32}$/),
  });
});

test('requests that are too many do not fill the audit as well', async () => {
  expect(await recordOf(new PgrowError('too_many', 'Wait 5 s.'))).toEqual([]);
  expect(await recordOf(new Error('broken'))).toEqual([]);
});
