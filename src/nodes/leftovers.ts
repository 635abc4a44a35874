import { messageOf } from '../domain/errors.ts';
import type { LeftOver } from '../domain/operation-activities.ts';
import type { Platform, Resources } from '../platform/platform.ts';

/** Removes containers, then what they used. Continues past anything that cannot be removed and reports it. */
export const removeResources = async (platform: Platform, resources: Resources): Promise<readonly LeftOver[]> => {
  const leftOver: LeftOver[] = [];
  const attempt = async (what: string, command: string, remove: () => Promise<void>) => {
    try {
      await remove();
    } catch (error) {
      leftOver.push({ what: `${what}: ${messageOf(error)}`, command });
    }
  };
  for (const name of resources.containers) {
    await attempt(`container ${name}`, `docker rm -fv ${name}`, () => platform.removeContainer(name));
  }
  for (const name of resources.volumes) {
    await attempt(`volume ${name}`, `docker volume rm ${name}`, () => platform.removeVolume(name));
  }
  for (const name of resources.networks) {
    await attempt(`network ${name}`, `docker network rm ${name}`, () => platform.removeNetwork(name));
  }
  return leftOver;
};
