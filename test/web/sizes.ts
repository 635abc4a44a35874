import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Bytes of a built console, compressed as they are sent. */
export interface Sizes {
  /** By the names of the files. */
  readonly assets: ReadonlyMap<string, number>;
  /** Those that the page names, and those they need before anything is shown. */
  readonly first: ReadonlySet<string>;
  readonly firstScript: number;
  readonly allScript: number;
  readonly firstStyle: number;
  readonly allStyle: number;
}

export const isScript = (name: string): boolean => name.endsWith('.js');

export const readSizes = (folder: string): Sizes => {
  const files = readdirSync(join(folder, 'assets')).filter((name) => /\.(js|css)$/.test(name));
  const contents = new Map(files.map((name) => [name, readFileSync(join(folder, 'assets', name))]));
  const assets = new Map([...contents].map(([name, content]) => [name, gzipSync(content, { level: 9 }).length]));
  const first = new Set<string>();
  const add = (text: string, pattern: RegExp): void => {
    for (const [, name = ''] of text.matchAll(pattern)) {
      if (first.has(name) || !contents.has(name)) continue;
      first.add(name);
      if (isScript(name)) add(contents.get(name)!.toString(), /(?:from|import)\s*"\.\/([^"]+)"/g);
    }
  };
  add(readFileSync(join(folder, 'index.html'), 'utf8'), /assets\/([^"]+)"/g);
  const sum = (wanted: (name: string) => boolean): number =>
    [...assets].filter(([name]) => wanted(name)).reduce((bytes, [, own]) => bytes + own, 0);
  return {
    assets,
    first,
    firstScript: sum((name) => isScript(name) && first.has(name)),
    allScript: sum(isScript),
    firstStyle: sum((name) => !isScript(name) && first.has(name)),
    allStyle: sum((name) => !isScript(name)),
  };
};
