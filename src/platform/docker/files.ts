import { posix } from 'node:path';

import type Docker from 'dockerode';
import { pack } from 'tar-stream';

import { containerAbsent, directoryAbsent } from '../platform-errors.ts';
import type { NodeFile } from '../platform.ts';
import { messageOf, statusOf } from './engine-errors.ts';
import { serviceId } from './service-user.ts';

/** One upload per directory: the engine then refuses a directory that is not there instead of making one up. */
export const putFiles = async (docker: Docker, name: string, files: readonly NodeFile[]): Promise<void> => {
  for (const [directory, content] of Object.entries(byDirectory(files))) {
    try {
      await docker.getContainer(name).putArchive(await archiveOf(content), { path: directory });
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
      if (/no such container/i.test(messageOf(error))) throw containerAbsent('put files into', name, error);
      throw directoryAbsent(name, directory, error);
    }
  }
};

const byDirectory = (files: readonly NodeFile[]): Record<string, NodeFile[]> => {
  const directories: Record<string, NodeFile[]> = {};
  for (const file of files) {
    if (!posix.isAbsolute(file.path)) throw new Error(`a node's file needs an absolute path: ${file.path}`);
    (directories[posix.dirname(file.path)] ??= []).push(file);
  }
  return directories;
};

const archiveOf = async (files: readonly NodeFile[]): Promise<Buffer> => {
  const archive = pack();
  for (const { path, content, mode } of files) {
    archive.entry({ name: posix.basename(path), mode, uid: serviceId, gid: serviceId }, content);
  }
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};
