import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { buildConsole } from '../../src/launcher/console.ts';

/** Bytes, compressed as they are sent. Who adds more than fits takes something out, or loads it later. */
const kilobyte = 1024;
const most = {
  firstView: 150 * kilobyte,
  all: 280 * kilobyte,
  style: 15 * kilobyte,
  allStyle: 20 * kilobyte,
  later: 40 * kilobyte,
};

let assets: ReadonlyMap<string, number>;
/** Those that the page names, and those they need before anything is shown. */
let first: ReadonlySet<string>;

beforeAll(async () => {
  const folder = await buildConsole(() => undefined);
  const files = readdirSync(join(folder, 'assets')).filter((name) => /\.(js|css)$/.test(name));
  const contents = new Map(files.map((name) => [name, readFileSync(join(folder, 'assets', name))]));
  assets = new Map([...contents].map(([name, content]) => [name, gzipSync(content, { level: 9 }).length]));
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  const found = new Set<string>();
  const add = (text: string, pattern: RegExp): void => {
    for (const [, name = ''] of text.matchAll(pattern)) {
      if (found.has(name) || !contents.has(name)) continue;
      found.add(name);
      if (name.endsWith('.js')) add(contents.get(name)!.toString(), /(?:from|import)\s*"\.\/([^"]+)"/g);
    }
  };
  add(page, /assets\/([^"]+)"/g);
  first = found;
});

const sum = (wanted: (name: string) => boolean): number =>
  [...assets].filter(([name]) => wanted(name)).reduce((bytes, [, own]) => bytes + own, 0);
const isScript = (name: string): boolean => name.endsWith('.js');

test('what the first view loads is small', () => {
  expect(sum((name) => isScript(name) && first.has(name))).toBeLessThanOrEqual(most.firstView);
  expect(sum((name) => !isScript(name) && first.has(name))).toBeLessThanOrEqual(most.style);
  expect(first.size).toBeLessThanOrEqual(6);
});

test('so is all of it together', () => {
  expect(sum(isScript)).toBeLessThanOrEqual(most.all);
  expect(sum((name) => !isScript(name))).toBeLessThanOrEqual(most.allStyle);
});

test('no page waits for much', () => {
  const later = [...assets].filter(([name]) => isScript(name) && !first.has(name));
  expect(later.filter(([, bytes]) => bytes > most.later)).toEqual([]);
});
