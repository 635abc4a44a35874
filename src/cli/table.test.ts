import { expect, test } from 'vitest';
import { alignColumns } from './table.ts';

const nodes = [
  ['NODE', 'ROLE', 'CONTAINER'],
  ['postgres-1', 'primary', 'pgrow-49274fbe-shop-085115d7-postgres-1'],
  ['front', '-', 'pgrow-front'],
];

test('columns are aligned, and a pipe gets whole lines', () => {
  expect(alignColumns(nodes, Number.POSITIVE_INFINITY)).toEqual([
    'NODE        ROLE     CONTAINER',
    'postgres-1  primary  pgrow-49274fbe-shop-085115d7-postgres-1',
    'front       -        pgrow-front',
  ]);
});

test('on a narrow screen the last column is wrapped below itself', () => {
  expect(alignColumns(nodes, 50)).toEqual([
    'NODE        ROLE     CONTAINER',
    'postgres-1  primary  pgrow-49274fbe-shop-085115d7-',
    '                     postgres-1',
    'front       -        pgrow-front',
  ]);
});

test('on a narrower one each row becomes lines of its own', () => {
  expect(alignColumns(nodes, 40)).toEqual([
    'node       postgres-1',
    'role       primary',
    'container  pgrow-49274fbe-shop-085115d7-',
    '           postgres-1',
    '',
    'node       front',
    'role       -',
    'container  pgrow-front',
  ]);
});

test('no line is wider than the screen while there is room for words', () => {
  const plan = [
    ['1', 'etcd', 'start etcd-1 and wait until it answers to its peers'],
    ['2', '', 'hand over'],
  ];
  for (const screen of [40, 60, 80]) {
    const lines = alignColumns(plan, screen);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(screen);
    expect(lines.join(' ').replaceAll(/\s+/g, ' ')).toBe(
      '1 etcd start etcd-1 and wait until it answers to its peers 2 hand over',
    );
  }
});
