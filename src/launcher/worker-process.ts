import type { Home } from './home.ts';
import type { ProcessSpec } from './processes.ts';
import { fingerprintOf } from './services.ts';
import { readImages } from './settings.ts';
import { commandFor, type Build } from './builds.ts';

/**
 * A version of the worker, run from its copy. `configuration`: what every version is started with, addresses; the images are
 * those that the version was made for.
 */
export const workerProcess = (home: Home, build: Build, configuration: string): ProcessSpec => ({
  home,
  name: 'worker',
  build: build.id,
  ...commandFor(build, 'worker'),
  fingerprint: fingerprintOf(JSON.stringify([configuration, readImages(home, build.id), build.id])),
});
