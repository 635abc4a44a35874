import { launcherError } from './launcher-error.ts';
import { installPackages } from './packages.ts';
import type { Progress } from './progress.ts';
import { findProgram } from './run-command.ts';

/** The tests of the console run in it. Debian's, or what else there is. */
const programs = ['chromium', 'chromium-browser', 'google-chrome'] as const;

const findChromium = (): string | null => programs.map(findProgram).find((path) => path !== null) ?? null;

/** @throws launcher error where there is none */
export const chromiumPath = (): string => {
  const path = findChromium();
  if (path !== null) return path;
  throw launcherError(
    'There is no Chromium, in which the tests of the console run. Install the package chromium: ./pgrow test does it, as root on Debian.',
  );
};

/** Installs it unless it is there. */
export const ensureChromium = async (progress: Progress): Promise<void> => {
  if (findChromium() === null) await installPackages([programs[0]], progress);
};
