import type Docker from 'dockerode';

import { engineLimits, limited, type CallLimits } from '../call-limits.ts';
import { dialTcp } from '../dial-tcp.ts';
import type { Platform, PlatformCalls } from '../platform.ts';
import { connect } from './connection.ts';
import { dockerContainers } from './containers.ts';
import { capacity, freeBytes } from './disk.ts';
import { statusOf } from './engine-errors.ts';
import { watch } from './events.ts';
import { runCommand } from './exec.ts';
import { putFiles } from './files.ts';
import { findByLabels } from './find-by-labels.ts';
import { openInteractive } from './interactive-exec.ts';
import { followLog, readLogs } from './logs.ts';
import { dockerNetworks } from './networks.ts';
import { readLabels } from './read-labels.ts';
import { observed, type Log } from './observed.ts';
import { dockerVolumes } from './volumes.ts';

export interface DockerPlatformOptions {
  /** Instead of what DOCKER_HOST says. */
  readonly socketPath?: string;
  readonly log?: Log;
  /** How long a removal waits for what is still in use. Milliseconds. */
  readonly removalTimeoutMs?: number;
  /** Instead of a look at the engine's disk. */
  readonly freeBytes?: () => Promise<number>;
  /** Instead of the usual time limits. */
  readonly limits?: CallLimits;
}

export const createDockerPlatform = (options: DockerPlatformOptions = {}): Platform => {
  const connection = connect(options.socketPath);
  const { docker } = connection;
  const removalTimeoutMs = options.removalTimeoutMs ?? 10_000;
  const limits = options.limits ?? engineLimits;

  const calls: PlatformCalls = {
    ...dockerNetworks(docker, removalTimeoutMs),
    ...dockerVolumes(docker, removalTimeoutMs),
    ...dockerContainers(docker, removalTimeoutMs),
    readLogs: (...call) => readLogs(docker, ...call),
    putFiles: (name, files) => putFiles(docker, name, files),
    exec: (...call) => runCommand(docker, ...call),
    execInteractive: (name, command) => openInteractive(docker, name, command),
    findByLabels: (labels) => findByLabels(docker, labels),
    readLabels: (kind, name) => readLabels(docker, kind, name),
    capacity: () => capacity(connection),
    freeBytes: options.freeBytes ?? (() => freeBytes(connection)),
    ping: async () => void (await docker.ping()),
    hasImage: async (image) => (await inspectImage(docker, image)) !== null,
    imageMadeAt: async (image) => momentOf((await inspectImage(docker, image))?.Created),
  };
  return {
    ...observed(limited(calls, limits), options.log),
    dial: ({ address }, port, limitMs) => dialTcp(address, port, limitMs),
    followLog: (...call) => followLog(docker, limits, ...call),
    watch: (labels, signal) => watch({ docker, labels, signal, log: options.log, limits }),
  };
};

const inspectImage = async (docker: Docker, image: string): Promise<Docker.ImageInspectInfo | null> => {
  try {
    return await docker.getImage(image).inspect();
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw error;
  }
};

/** Builds that can be repeated have the year 1970 or 1: no time at all. */
const momentOf = (created: string | undefined): string | null => {
  const ms = Date.parse(created ?? '');
  return ms > 86_400_000 ? new Date(ms).toISOString() : null;
};
