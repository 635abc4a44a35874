import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ensureGoProgram, type GoProgram } from '../../src/launcher/go-program.ts';
import { repositoryRoot } from '../../src/launcher/paths.ts';
import type { Progress } from '../../src/launcher/progress.ts';

const moby = 'github.com/moby/moby/v2';
const containerd = 'github.com/containerd/containerd/v2';
const runc = 'github.com/opencontainers/runc';
const pinnedIn = join(repositoryRoot, 'tools', 'engine');

/** What an engine consists of, in versions that belong together. An older runc does not know every kind of namespace. */
const programs: readonly GoProgram[] = [
  { name: 'dockerd', module: moby, package: `${moby}/cmd/dockerd`, pinnedIn },
  { name: 'docker-proxy', module: moby, package: `${moby}/cmd/docker-proxy`, pinnedIn },
  { name: 'containerd', module: containerd, package: `${containerd}/cmd/containerd`, pinnedIn },
  {
    name: 'containerd-shim-runc-v2',
    module: containerd,
    package: `${containerd}/cmd/containerd-shim-runc-v2`,
    pinnedIn,
  },
  { name: 'runc', module: runc, package: runc, pinnedIn, cgo: true },
];

/** Puts them under their own names into a folder, which is to come first on the search path: they find each other there. */
export const putEnginePrograms = async (folder: string, progress: Progress): Promise<void> => {
  mkdirSync(folder, { recursive: true });
  for (const program of programs) symlinkSync(await ensureGoProgram(program, progress), join(folder, program.name));
};
