import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from '../../src/launcher/paths.ts';

const run = promisify(execFile);

/**
 * Installs the package of `pgrow/client` in a project as it is shipped: packed, and beside it only what it declares that it
 * needs, and `others`. No registry is asked.
 */
export const installPackedClient = async (project: string, others: readonly string[] = []): Promise<void> => {
  const packages = join(project, 'node_modules');
  const folder = join(packages, 'pgrow');
  mkdirSync(folder, { recursive: true });
  const packing = ['run', '--silent', 'pack:client', '--', '--silent', '--pack-destination', project];
  const { stdout } = await run('npm', packing, { cwd: repositoryRoot, timeout: 60_000 });
  await run('tar', ['-xzf', join(project, stdout.trim()), '-C', folder, '--strip-components=1']);
  const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  for (const name of [...Object.keys(dependencies), ...others]) {
    mkdirSync(join(packages, name, '..'), { recursive: true });
    symlinkSync(join(repositoryRoot, 'node_modules', name), join(packages, name));
  }
};
