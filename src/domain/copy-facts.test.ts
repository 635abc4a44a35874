import { expect, test } from 'vitest';
import { tellCopyFacts, type CopyFacts } from './copy-facts.ts';

const megabyte = 1_048_576;
const facts: CopyFacts = {
  source: 'postgres-1',
  freeBytes: 300 * megabyte,
  sizeBytes: 755 * megabyte,
  slots: [{ name: 'postgres_2', active: false, wal_status: 'lost', kept_bytes: 48 * megabyte }],
  reached: 'postgres-2 says: postgres-1:5432 - no response',
};

test('disk, kept WAL and network are reported, each with its subject', () => {
  expect(tellCopyFacts(facts)).toBe(
    'Disk: 300 MB free where Docker keeps its volumes, a copy of postgres-1 takes 755 MB. ' +
      'WAL kept on postgres-1: slot postgres_2 48 MB (lost, not in use). ' +
      'Network: postgres-1:5432 answers the worker; postgres-2 says: postgres-1:5432 - no response.',
  );
});

test('what is not known is said to be so, with the reason', () => {
  const unknown = { because: 'connection refused' };
  const told = tellCopyFacts({ ...facts, freeBytes: Infinity, sizeBytes: unknown, slots: unknown });
  expect(told).toContain('Disk: an unknown amount free');
  expect(told).toContain('takes an unknown amount (connection refused)');
  expect(told).toContain('WAL kept on postgres-1: not known (connection refused)');
  expect(told).toContain('postgres-1:5432 does not answer the worker');
});

test('no slot, no WAL', () => {
  expect(tellCopyFacts({ ...facts, slots: [] })).toContain('WAL kept on postgres-1: none');
});
