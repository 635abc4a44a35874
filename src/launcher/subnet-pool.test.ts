import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keepSubnetPool, readSubnetPool } from './subnet-pool.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'pgrow-subnet-pool-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const unset = { subnetPool: undefined };

test('the environment has the first word, then what the home was brought up with last, then the default', () => {
  expect(readSubnetPool(home, unset)).toBe('10.48.0.0/12');
  keepSubnetPool(home, { subnetPool: '10.64.0.0/16' });
  keepSubnetPool(home, unset);
  expect(readSubnetPool(home, unset)).toBe('10.64.0.0/16');
  expect(readSubnetPool(home, { subnetPool: '10.80.0.0/16' })).toBe('10.80.0.0/16');
});
