import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { consequences } from './confirmed-change.ts';
import { doctorText } from './doctor.ts';
import { addOptions, poolingOptions } from './option-groups.ts';
import { poolingRequest, type PoolingVerbFlags } from './pooling.ts';
import { addScaleDownOptions, graceOption, scaleDownRequest, type ScaleDownFlags } from './scale-down.ts';

const parse = (command: Command, line: string): unknown => {
  command.exitOverride().configureOutput({ writeErr: () => undefined });
  command.parse(line === '' ? [] : line.split(' '), { from: 'user' });
  return command.opts();
};

describe('what a scale-down asks of the API', () => {
  const requestOf = (line: string) =>
    scaleDownRequest(parse(addScaleDownOptions(new Command()), line) as ScaleDownFlags);

  test('only what was given, never its own confirmation', () => {
    expect(requestOf('--to single')).toEqual({ path: 'scale-down', body: { target: 'single' } });
  });

  test('what remains, the grace period and how to cut over', () => {
    expect(
      requestOf(
        '--to replicas --replicas 2 --replication-mode sync --grace 1h30m --cutover on_signal --checkpoint-timeout 10m',
      ).body,
    ).toEqual({
      target: 'replicas',
      replicas: { count: 2, replication_mode: 'sync' },
      grace_period: 5400,
      cutover: 'on_signal',
      checkpoint_timeout: 600,
    });
  });

  test('no grace at all is something else than none given', () => {
    expect(requestOf('--to single --grace 0').body).toEqual({ target: 'single', grace_period: 0 });
  });

  test('replicas that would not stay are wrong usage', () => {
    expect(() => requestOf('--to single --replicas 2')).toThrow(/--to single/);
  });

  test.each(['', '--to ha', '--to single --grace soon'])('%j is wrong usage', (line) => {
    expect(() => requestOf(line)).toThrow(/required|invalid/);
  });
});

describe('what pooling asks of the API', () => {
  const requestOf = (line: string) =>
    poolingRequest(
      parse(addOptions(new Command(), poolingOptions, [graceOption()]).option('--off'), line) as PoolingVerbFlags,
    );

  test('on, with the options given', () => {
    expect(requestOf('--pool-mode session')).toEqual({
      path: 'pooling',
      body: { enabled: true, pool_mode: 'session' },
    });
  });

  test('off, with the time applications get', () => {
    expect(requestOf('--off --grace 5m').body).toEqual({ enabled: false, grace_period: 300 });
    expect(requestOf('--off').body).toEqual({ enabled: false });
  });

  test.each(['--off --pool-mode session', '--grace 5m'])('%j is wrong usage', (line) => {
    expect(() => requestOf(line)).toThrow(/--off/);
  });
});

test('before a yes: the warnings and what goes', () => {
  const plan = { warnings: ['Reads slow down.'], nodes_removed: ['postgres-2', 'haproxy-1'] };
  expect(consequences(plan)).toEqual(['Warning: Reads slow down.', 'Removes postgres-2, haproxy-1.']);
  expect(consequences({ warnings: [], nodes_removed: [] })).toEqual([]);
});

test('the doctor says what was removed, what would not go, and what to do about the rest', () => {
  const finding = {
    kind: 'volume',
    name: 'v-1',
    database: 'shop',
    explanation: 'It is no part of shop.',
    removable: true,
    command: 'docker volume rm v-1',
  } as const;
  expect(
    doctorText({
      findings: [finding, { ...finding, name: 'v-2', removable: false, command: 'docker volume rm v-2' }],
      removed: [{ ...finding, kind: 'replication_slot', name: 'postgres_9 on postgres-1' }],
      failed: [{ what: 'volume v-3: in use', command: 'docker volume rm v-3' }],
    }),
  ).toEqual([
    'Removed replication slot postgres_9 on postgres-1.',
    'Could not remove volume v-3: in use. Finish with: docker volume rm v-3',
    'volume v-1',
    '  It is no part of shop.',
    '  ./pgrow doctor --remove',
    'volume v-2',
    '  It is no part of shop.',
    '  By hand: docker volume rm v-2',
  ]);
  expect(doctorText({ findings: [] })).toEqual(['Nothing is left over, missing or changed.']);
});
