import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { repositoryRoot } from '../../src/launcher/paths.ts';
import { installPackedClient } from '../support/packed-client.ts';

/** The package as another project installs it: packed, and beside it only what it declares that it needs. */

const run = promisify(execFile);
const project = mkdtempSync(join(tmpdir(), 'pgrow-service-'));
afterAll(() => rmSync(project, { recursive: true, force: true }));

const tsc = join(repositoryRoot, 'node_modules', '.bin', 'tsc');

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
  await installPackedClient(project, ['@types/node', '@temporalio/workflow']);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module' }));
  writeFileSync(join(project, 'example.ts'), example());
  writeFileSync(join(project, 'workflow.ts'), codeIn('docs/services.md', 'pgrow/nexus'));
  copyFileSync(join(repositoryRoot, 'examples', 'typescript', 'main.ts'), join(project, 'service.ts'));
  const flags = ['--strict', '--target', 'es2024', '--module', 'nodenext', '--types', 'node', '--skipLibCheck'];
  const compiled = await run(tsc, [...flags, 'example.ts', 'workflow.ts', 'service.ts'], { cwd: project }).catch(
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
