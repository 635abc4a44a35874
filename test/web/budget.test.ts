import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { buildConsole } from '../../src/launcher/console.ts';
import { isScript, readSizes, type Sizes } from './sizes.ts';

/** Bytes, compressed as they are sent. Who adds more than fits takes something out, or loads it later. */
const kilobyte = 1024;
const most = {
  firstView: 150 * kilobyte,
  all: 280 * kilobyte,
  style: 15 * kilobyte,
  allStyle: 18 * kilobyte,
  later: 40 * kilobyte,
};

let folder: string;
let sizes: Sizes;

beforeAll(async () => {
  folder = await buildConsole(() => undefined);
  sizes = readSizes(folder);
});

test('what the first view loads is small', () => {
  expect(sizes.firstScript).toBeLessThanOrEqual(most.firstView);
  expect(sizes.firstStyle).toBeLessThanOrEqual(most.style);
  expect(sizes.first.size).toBeLessThanOrEqual(2);
});

test('so is all of it together', () => {
  expect(sizes.allScript).toBeLessThanOrEqual(most.all);
  expect(sizes.allStyle).toBeLessThanOrEqual(most.allStyle);
});

test('no page waits for much', () => {
  const later = [...sizes.assets].filter(([name]) => isScript(name) && !sizes.first.has(name));
  expect(later.filter(([, bytes]) => bytes > most.later)).toEqual([]);
});

// Those of a page come later, and must not decide it.
test('the first file of styles says which layer comes before which', () => {
  const [name] = [...sizes.first].filter((each) => !isScript(each));
  const layers = readFileSync(join(folder, 'assets', name!), 'utf8').matchAll(/@layer ([\w,]+)/g);
  const named = new Set([...layers].flatMap(([, names]) => names!.split(',')));
  expect([...named]).toEqual(['reset', 'tokens', 'base', 'parts', 'pages']);
});
