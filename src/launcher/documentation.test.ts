import { existsSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { expect, test } from 'vitest';
import { blocksOf, proseOf, readPages, type Page } from '../../test/support/documentation.ts';
import { readIfThere } from './kept-files.ts';
import { repositoryRoot } from './paths.ts';

const pages = readPages();
const pageAt = new Map(pages.map((page) => [page.path, page]));

/** Targets of links and pictures, without those to other sites. */
const linksOf = (page: Page): readonly string[] =>
  [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^\w+:/.test(target));

/** As GitHub makes them of headings. */
const anchorsOf = ({ text }: Page): readonly string[] =>
  [...text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

const destinationOf = (page: Page, link: string): { readonly file: string; readonly anchor: string | undefined } => {
  const [path = '', anchor] = link.split('#');
  return { file: path === '' ? page.path : normalize(join(dirname(page.path), path)), anchor };
};

test.each(pages)('$path: every link leads somewhere', (page) => {
  const broken = linksOf(page).filter((link) => {
    const { file, anchor } = destinationOf(page, link);
    if (!existsSync(join(repositoryRoot, file))) return true;
    if (anchor === undefined) return false;
    const target = pageAt.get(file);
    return !target || !anchorsOf(target).includes(anchor);
  });
  expect(broken).toEqual([]);
});

test.each(pages.filter((page) => blocksOf(page, 'json').length > 0))('$path: JSON is JSON', (page) => {
  for (const block of blocksOf(page, 'json')) expect(() => JSON.parse(block), block).not.toThrow();
});

test('the index of the documentation leads to every page of it', () => {
  const seen = new Set<string>(['docs/README.md']);
  for (const path of seen) {
    for (const link of pageAt.has(path) ? linksOf(pageAt.get(path)!) : []) {
      const { file } = destinationOf(pageAt.get(path)!, link);
      if (file.startsWith('docs/')) seen.add(file);
    }
  }
  const below = pages.map(({ path }) => path).filter((path) => relative('docs', path)[0] !== '.');
  expect(below.filter((path) => !seen.has(path))).toEqual([]);
});

/** The name of a test, or of a case of one. */
const isNamedIn = (source: string, title: string): boolean =>
  ["'", '"'].some((quote) => {
    const [before, after] = source.split(`${quote}${title}${quote}`, 2);
    return after !== undefined && /[[(]\s*$/.test(before!) && after.trimStart().startsWith(',');
  });

test('the list of attacks names tests that there are', () => {
  const named = [...pageAt.get('docs/security.md')!.text.matchAll(/`(\S+\.test\.ts)`: "([^"\n]+)"/g)];
  expect(named.length).toBeGreaterThan(40);
  const absent = named.filter(([, file, title]) => !isNamedIn(readIfThere(join(repositoryRoot, file!)) ?? '', title!));
  expect(absent.map(([row]) => row)).toEqual([]);
});

test('the README can be read in one go', () => {
  expect(pageAt.get('README.md')!.text.split('\n').length).toBeLessThanOrEqual(151);
});
