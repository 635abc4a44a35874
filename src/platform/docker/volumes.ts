import type Docker from 'dockerode';

import { stillInUse } from '../platform-errors.ts';
import type { Platform } from '../platform.ts';
import { retryUntil } from '../retry-until.ts';
import { statusOf } from './engine-errors.ts';

export const dockerVolumes = (
  docker: Docker,
  removalTimeoutMs: number,
): Pick<Platform, 'ensureVolume' | 'removeVolume'> => ({
  ensureVolume: async ({ name, labels }) => {
    await docker.createVolume({ Name: name, Labels: { ...labels } });
  },

  removeVolume: async (name) => {
    let last: unknown;
    await retryUntil({
      attempt: async () => {
        try {
          await docker.getVolume(name).remove();
          return true;
        } catch (error) {
          if (statusOf(error) === 404) return true;
          // A container that was removed a moment ago holds its volumes a little longer.
          if (statusOf(error) !== 409) throw error;
          last = error;
          return undefined;
        }
      },
      onTimeout: () => stillInUse(`volume ${name}`, last),
      timeoutMs: removalTimeoutMs,
    });
  },
});
