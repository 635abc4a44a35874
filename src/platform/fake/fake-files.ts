import { posix } from 'node:path';

import { directoryAbsent } from '../platform-errors.ts';
import type { NodeFile, Platform } from '../platform.ts';
import { existing, type FakeContainer, type FakeState, type Files } from './fake-state.ts';

/** Directories of every image, besides where volumes are mounted. */
const directories = ['/etc', '/etc/pgrow', '/tmp'];

export const fakeFiles = (state: FakeState): Pick<Platform, 'putFiles'> => ({
  putFiles: async (name, files) => putInto(state, name, files),
});

export const putInto = (state: FakeState, name: string, files: readonly NodeFile[]): void => {
  const container = existing(state, name, 'put files into');
  for (const file of files) {
    if (!posix.isAbsolute(file.path)) throw new Error(`a node's file needs an absolute path: ${file.path}`);
    const directory = posix.dirname(file.path);
    if (!directories.includes(directory) && !container.spec.mounts.some(({ path }) => path === directory)) {
      throw directoryAbsent(name, directory);
    }
    if (isReadOnly(container, file.path)) throw new Error(`put files into ${name}: ${readOnly}`);
    storeOf(state, container, file.path).set(file.path, file);
  }
};

/** In the engine's words. */
const readOnly = 'container rootfs is marked read-only';

const isReadOnly = ({ spec: { confinement, mounts } }: FakeContainer, file: string): boolean =>
  confinement !== null &&
  ![...confinement.kept, ...mounts.map(({ path }) => path)].some((directory) => file.startsWith(`${directory}/`));

/** All files of a container by path, those in its volumes too. */
export const filesOf = (state: FakeState, name: string): Readonly<Record<string, NodeFile>> => {
  const container = existing(state, name, 'read the files of');
  const stores = [container.files, ...container.spec.mounts.map(({ volume }) => state.volumes.get(volume)?.files)];
  return Object.fromEntries(stores.flatMap((store) => [...(store ?? [])]));
};

/** A path below a mount belongs to the volume, which outlives the container. */
const storeOf = (state: FakeState, container: FakeContainer, path: string): Files => {
  const mount = container.spec.mounts.find((candidate) => path.startsWith(`${candidate.path}/`));
  return (mount && state.volumes.get(mount.volume)?.files) ?? container.files;
};
