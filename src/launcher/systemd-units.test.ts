import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repositoryRoot } from './paths.ts';

const directory = join(repositoryRoot, 'systemd');
const units = readdirSync(directory).filter((name) => name.endsWith('.service'));
const read = (name: string): string => readFileSync(join(directory, name), 'utf8');
const valueOf = (unit: string, key: string): string | undefined => new RegExp(`^${key}=(.*)$`, 'm').exec(unit)?.[1];

test.each([
  ['pgrow-prepare.service', '/opt/pgrow/pgrow prepare'],
  ['pgrow-worker@.service', '/opt/pgrow/pgrow serve worker'],
  ['pgrow-monitor.service', '/opt/pgrow/pgrow serve monitor'],
  ['pgrow-api.service', '/opt/pgrow/pgrow serve api'],
])('%s runs "%s" as an unprivileged user', (name, command) => {
  expect(units).toContain(name);
  const unit = read(name);
  expect(valueOf(unit, 'ExecStart')).toBe(command);
  expect(valueOf(unit, 'User')).toBe('pgrow');
});

test('only what reaches containers is in the group of the Docker socket', () => {
  const inGroup = units.filter((name) => valueOf(read(name), 'SupplementaryGroups') === 'docker');
  expect(inGroup.toSorted()).toEqual(['pgrow-monitor.service', 'pgrow-prepare.service', 'pgrow-worker@.service']);
});

test('a program gets longer to stop than it takes, and starts again however often it has failed', () => {
  for (const unit of units.filter((name) => name !== 'pgrow-prepare.service').map(read)) {
    expect(Number(valueOf(unit, 'TimeoutStopSec'))).toBeGreaterThan(30);
    expect(valueOf(unit, 'Restart')).toBe('always');
    expect(valueOf(unit, 'StartLimitIntervalSec')).toBe('0');
    // Enabled, it is there after a reboot.
    expect(valueOf(unit, 'WantedBy')).toBe('pgrow.target');
  }
});
