import { expect, test } from 'vitest';
import { exampleEntry } from '../pages/databases/example-entries.ts';
import { exampleStatus } from '../pages/overview/example-status.ts';
import { matching, targetsOf } from './targets.ts';

const databases = ['shop', 'workshop', 'billing'].map((name) => exampleEntry(name));
const present = { project: 'default', name: 'shop' };
const all = targetsOf({ databases, present, status: exampleStatus(), tabs: [['logs', 'Logs']] });
const found = (typed: string) => matching(all, typed).map(({ label, group }) => `${label} (${group})`);

test('what begins with the word comes before what has it inside', () => {
  expect(found('shop').indexOf('shop (Databases)')).toBeLessThan(found('shop').indexOf('workshop (Databases)'));
});

test('an action of the present database is found by both its words, with what is against it', () => {
  expect(found('shop destroy')).toEqual(['Destroy … (shop)']);
  expect(all.find(({ label }) => label === 'Roll back …')).toMatchObject({
    isRefused: true,
    note: 'no rollback window is open',
  });
});

test('pages lead to themselves', () => {
  expect(all.find(({ label }) => label === 'Logs')?.href).toBe('/p/default/shop/logs');
  expect(found('new')).toContain('New database (Console)');
  expect(found('nothing like that')).toEqual([]);
});
