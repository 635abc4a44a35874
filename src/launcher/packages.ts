import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEnvironment } from './environment.ts';
import type { Progress } from './progress.ts';
import { findProgram, runCommand } from './run-command.ts';
import { launcherError } from './launcher-error.ts';

/** Why packages cannot be installed here by ourselves; null when they can. */
export const whyNoPackages = (): string | null => {
  if (process.getuid?.() !== 0) return 'pgrow does not run as root';
  if (!isDebianLike(readOsRelease())) return 'this is neither Debian nor Ubuntu';
  return findProgram('apt-get') ? null : 'there is no apt-get';
};

const readOsRelease = (): string => {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return '';
  }
};

/** Reads os-release(5). */
export const isDebianLike = (osRelease: string): boolean => /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(osRelease);

export const installPackages = async (packages: readonly string[], progress: Progress): Promise<void> => {
  const reason = whyNoPackages();
  if (reason !== null) throw launcherError(`Install ${packages.join(', ')}; pgrow cannot do it by itself: ${reason}.`);
  progress(`Installing ${packages.join(', ')} with apt-get`);
  const cache = readEnvironment().cache;
  mkdirSync(cache, { recursive: true });
  const run = (args: readonly string[]): Promise<string> =>
    runCommand({
      command: 'apt-get',
      arguments: ['-o', 'DPkg::Lock::Timeout=120', ...args],
      environment: { DEBIAN_FRONTEND: 'noninteractive' },
      log: join(cache, 'apt-get.log'),
    });
  const install = ['install', '--yes', '--no-install-recommends', ...packages];
  // The package lists may be missing or old; refreshing them takes longer than most installations.
  await run(install).catch(async () => {
    await run(['update']);
    await run(install);
  });
};
