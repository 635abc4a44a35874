import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { repositoryRoot } from '../../src/launcher/paths.ts';

/** The package as another project installs it: packed, and beside it only what it declares that it needs. */

const run = promisify(execFile);
const project = mkdtempSync(join(tmpdir(), 'pgrow-service-'));
afterAll(() => rmSync(project, { recursive: true, force: true }));

const packages = join(project, 'node_modules');
const tsc = join(repositoryRoot, 'node_modules', '.bin', 'tsc');

const install = async (): Promise<void> => {
  const folder = join(packages, 'pgrow');
  mkdirSync(folder, { recursive: true });
  const packing = ['run', '--silent', 'pack:client', '--', '--silent', '--pack-destination', project];
  const { stdout } = await run('npm', packing, { cwd: repositoryRoot, timeout: 60_000 });
  await run('tar', ['-xzf', join(project, stdout.trim()), '-C', folder, '--strip-components=1']);
  const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  for (const name of [...Object.keys(dependencies), '@types/node', '@temporalio/workflow']) {
    mkdirSync(join(packages, name, '..'), { recursive: true });
    symlinkSync(join(repositoryRoot, 'node_modules', name), join(packages, name));
  }
};

/** The example that the package's own page shows, with a mistake that the types have to find. */
const example = (): string => {
  const code = codeIn('packages/client/README.md', 'pgrow/client');
  return `${code}\n// @ts-expect-error: no such target\nexport const mistaken = () => pgrow.start('expand', { service_id, target: 'moon' });\n`;
};

const codeIn = (page: string, entry: string): string => {
  const text = readFileSync(join(repositoryRoot, page), 'utf8');
  const blocks = [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code!);
  return blocks.find((code) => code.includes(`from '${entry}'`))!;
};

test('a project that installs the package compiles its examples and loads it', async () => {
  await install();
  writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module' }));
  writeFileSync(join(project, 'example.ts'), example());
  writeFileSync(join(project, 'workflow.ts'), codeIn('docs/services.md', 'pgrow/nexus'));
  const flags = ['--strict', '--target', 'es2024', '--module', 'nodenext', '--types', 'node', '--skipLibCheck'];
  const compiled = await run(tsc, [...flags, 'example.ts', 'workflow.ts'], { cwd: project }).catch(
    (error: unknown) => error,
  );
  expect(compiled).toMatchObject({ stdout: '' });

  const names = (entry: string) => `console.log(Object.keys(await import('${entry}')).join(' '));`;
  const print = names('pgrow/client') + names('pgrow/nexus');
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', print], { cwd: project });
  expect(stdout.trim().split('\n')).toEqual([
    'OperationFailed PgrowError connectToPgrow errorCatalogue operationTypeOf',
    'defaultNexusEndpoint failureOfNexus pgrowService',
  ]);
});
