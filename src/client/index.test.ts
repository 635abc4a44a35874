import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** Another service installs what this entry imports: none of pgrow's programs, and nothing that they need. */

const source = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(
  readFileSync(new URL('../../packages/client/package.json', import.meta.url), 'utf8'),
) as Manifest;
const own = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as Manifest;

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

const importsIn = (file: string): readonly string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^(?:import|export|\} from).*? from '([^']+)'|^\} from '([^']+)'/gm)].map(
    ([, first, second]) => first ?? second ?? '',
  );

const walk = (
  entries: readonly string[],
): { readonly files: ReadonlySet<string>; readonly packages: ReadonlySet<string> } => {
  const files = new Set(entries.map((entry) => `${source}client/${entry}.ts`));
  const packages = new Set<string>();
  for (const file of files) {
    for (const name of importsIn(file)) {
      if (name.startsWith('.')) files.add(fileURLToPath(new URL(name, `file://${file}`)));
      else packages.add(name);
    }
  }
  return { files, packages };
};

const { files, packages } = walk(['index', 'nexus']);

test('the package for other services is made of client and domain', () => {
  const folders = new Set([...files].map((file) => relative(source, file).split('/')[0]));
  const names = [...files].map((file) => relative(source, file));
  expect(folders).toEqual(new Set(['client', 'domain', 'workflows']));
  expect(names.filter((name) => name.startsWith('workflows/'))).toEqual(['workflows/search-attribute-keys.ts']);
  expect(names).not.toContain('client/client.ts');
});

test('the package depends on exactly what it imports, in the versions of pgrow', () => {
  const needed = [...packages].filter((name) => !isBuiltin(name)).toSorted();
  expect(needed).toEqual(Object.keys(manifest.dependencies).toSorted());
  expect(own.dependencies).toMatchObject(manifest.dependencies);
  expect(manifest.version).toBe(own.version);
  const example = new URL('../../examples/typescript/package.json', import.meta.url);
  expect(readFileSync(example, 'utf8')).toContain(`pgrow-${own.version}.tgz`);
});

// The bundler refuses a client of Temporal's in workflow code.
test('workflows can import the entry for Nexus', () => {
  expect(walk(['nexus']).packages).toEqual(new Set(['@temporalio/common', 'nexus-rpc', 'zod']));
});
