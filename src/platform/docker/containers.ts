import type Docker from 'dockerode';

import { addressTaken, containerAbsent, imageMissing, networkAbsent, portTaken } from '../platform-errors.ts';
import type { ContainerSpec, Platform } from '../platform.ts';
import { retryUntil } from '../retry-until.ts';
import { containerDescription } from './container-description.ts';
import { containerOptions, nanosecondsPerSecond, quotaOf } from './container-options.ts';
import { requireLabels } from '../labels.ts';
import { containerState } from './container-state.ts';
import { isAddressTaken, isImageMissing, isNetworkMissing, messageOf, statusOf, takenPort } from './engine-errors.ts';
import { putFiles } from './files.ts';
import { labelFilter } from './find-by-labels.ts';
import { listedContainer } from './listed-container.ts';
import { attach } from './networks.ts';
import { sendSignal } from './signal.ts';

type Containers = Pick<
  Platform,
  | 'ensureContainer'
  | 'startContainer'
  | 'stopContainer'
  | 'restartContainer'
  | 'removeContainer'
  | 'setRestart'
  | 'limitContainer'
  | 'signalContainer'
  | 'inspectContainer'
  | 'describeContainer'
  | 'listContainers'
>;

export const dockerContainers = (docker: Docker, removalTimeoutMs: number): Containers => {
  const removeContainer = (name: string): Promise<void> => remove(docker, name, removalTimeoutMs);

  return {
    removeContainer,

    ensureContainer: async (spec) => {
      let last: unknown;
      await retryUntil({
        attempt: async () => {
          const failure = await create(docker, spec);
          if (failure === null) return true;
          last = failure;
          const status = await statusIn(docker, spec.name);
          if (status === 'dead') await removeContainer(spec.name);
          else if (status !== null && status !== 'removing') return true;
          if (isImageMissing(failure)) throw imageMissing(spec.image, failure);
          // The name belongs to a container that is going away, or one that another caller is about to create.
          return undefined;
        },
        onTimeout: () => last,
        timeoutMs: removalTimeoutMs,
      });
      // Engines before 25 take one network at creation. An attempt that was cut off may have come no further.
      for (const attachment of spec.alsoIn ?? []) await attach(docker, spec.name, attachment);
      await putFiles(docker, spec.name, spec.files ?? []);
    },

    startContainer: (name) => start(docker, name),

    stopContainer: async (name, timeoutSeconds) => {
      await docker.getContainer(name).stop({ t: timeoutSeconds }).catch(unless(304, 404));
    },

    restartContainer: async (name, timeoutSeconds) => {
      try {
        await docker.getContainer(name).restart({ t: timeoutSeconds });
      } catch (error) {
        throw startFailure(error, name, 'restart');
      }
    },

    setRestart: async (name, restart) => {
      // What runs is not given its limits again for nothing.
      if ((await inspect(docker, name))?.HostConfig.RestartPolicy?.Name === restart) return;
      await docker
        .getContainer(name)
        .update({ RestartPolicy: { Name: restart } })
        .catch(unless(404));
    },

    limitContainer: async (name, { cpus }) => {
      const info = await inspect(docker, name);
      if (!info || containerDescription(info).cpus === cpus) return;
      // Where someone has set a number of CPUs, the engine takes no quota beside it.
      const update = info.HostConfig.NanoCpus ? { NanoCpus: Math.round(cpus * nanosecondsPerSecond) } : quotaOf(cpus);
      await docker.getContainer(name).update(update).catch(unless(404));
    },

    signalContainer: (name, signal) => sendSignal(docker, name, signal),

    inspectContainer: async (name) => {
      const info = await inspect(docker, name);
      return info && containerState(info);
    },

    describeContainer: async (name) => {
      const info = await inspect(docker, name);
      return info && containerDescription(info);
    },

    listContainers: async (labels) => {
      requireLabels(labels);
      const found = await docker.listContainers({ all: true, filters: { label: labelFilter(labels) } });
      return found.map(listedContainer);
    },
  };
};

/** Null when created; the engine's answer when the name is taken or the image missing, for either may be no failure. */
const create = async (docker: Docker, spec: ContainerSpec): Promise<unknown> => {
  try {
    await docker.createContainer(containerOptions(spec));
    return null;
  } catch (error) {
    if (statusOf(error) === 409 || isImageMissing(error)) return error;
    if (isNetworkMissing(error)) throw networkAbsent(`create ${spec.name}`, spec.network, error);
    throw error;
  }
};

const statusIn = async (docker: Docker, name: string): Promise<string | null> =>
  (await inspect(docker, name))?.State.Status ?? null;

const inspect = async (docker: Docker, name: string): Promise<Docker.ContainerInspectInfo | null> => {
  try {
    return await docker.getContainer(name).inspect();
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw error;
  }
};

const start = async (docker: Docker, name: string): Promise<void> => {
  try {
    await docker.getContainer(name).start();
  } catch (error) {
    if (statusOf(error) === 304) return;
    throw startFailure(error, name, 'start');
  }
};

const startFailure = (error: unknown, name: string, attempt: 'start' | 'restart'): unknown => {
  if (isAddressTaken(error)) return addressTaken(name, error);
  const port = takenPort(error);
  if (port !== undefined) return portTaken(name, port, error);
  if (isNetworkMissing(error)) return networkAbsent(`${attempt} ${name}`, networkIn(error), error);
  if (statusOf(error) === 404 && /no such container/i.test(messageOf(error)))
    return containerAbsent(attempt, name, error);
  return error;
};

const networkIn = (error: unknown): string => /network (\S+) not found/i.exec(messageOf(error))?.[1] ?? 'for it';

/** Until it is gone, also when another call removes it: the engine refuses a second removal, and the first can fail on a busy disk. */
const remove = async (docker: Docker, name: string, timeoutMs: number): Promise<void> => {
  let last: unknown;
  await retryUntil({
    attempt: async () => {
      try {
        await docker.getContainer(name).remove({ force: true, v: true });
        return true;
      } catch (error) {
        const status = statusOf(error);
        if (status === 404) return true;
        if (status !== 409 && status !== 500) throw error;
        last = error;
        return undefined;
      }
    },
    onTimeout: () => last,
    timeoutMs,
  });
};

/** Takes these statuses for success. */
const unless =
  (...statuses: readonly number[]) =>
  (error: unknown): void => {
    if (!statuses.includes(statusOf(error) ?? 0)) throw error;
  };
