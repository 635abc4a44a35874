import { expect, test } from 'vitest';
import { evidenceText } from './evidence.ts';

const measured = { node: 'postgres-1', at: '2026-01-01T10:00:00.000Z', over_ms: 600_000 };

test.each([
  [
    { ...measured, name: 'connections_idle', value: 55.2, unit: 'connections' },
    'connections idle on postgres-1: 55, over 10 min',
  ],
  [{ ...measured, node: null, name: 'read_only', value: 0.92, unit: 'share', over_ms: 0 }, 'read only: 92 %'],
  [{ ...measured, node: null, name: 'older_images', value: 1, unit: 'nodes', over_ms: 0 }, 'older images: 1 node'],
  [
    { ...measured, name: 'lag', value: 50_331_648, unit: 'bytes', over_ms: 60_000 },
    'lag on postgres-1: 48 MB, over 1 min',
  ],
] as const)('%o is %s', (evidence, text) => expect(evidenceText(evidence)).toBe(text));
