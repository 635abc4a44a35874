import type Docker from 'dockerode';

import { PgrowError } from '../../domain/errors.ts';
import { networkAbsent, stillInUse } from '../platform-errors.ts';
import type { Platform } from '../platform.ts';
import { retryUntil } from '../retry-until.ts';
import { messageOf, statusOf } from './engine-errors.ts';

export const dockerNetworks = (
  docker: Docker,
  removalTimeoutMs: number,
): Pick<Platform, 'ensureNetwork' | 'removeNetwork' | 'joinNetwork' | 'networkGateway'> => ({
  ensureNetwork: async ({ name, labels }) => {
    try {
      await docker.createNetwork({
        Name: name,
        Driver: 'bridge',
        CheckDuplicate: true,
        Labels: { ...labels },
      });
    } catch (error) {
      if (statusOf(error) === 409) return;
      if (/address pool|subnet/i.test(messageOf(error))) throw noAddressesLeft(name, error);
      throw error;
    }
    await keepOldest(docker, name);
  },

  joinNetwork: async (container, network, aliases) => {
    try {
      await docker.getNetwork(network).connect({ Container: container, EndpointConfig: { Aliases: [...aliases] } });
    } catch (error) {
      if (!/already exists/i.test(messageOf(error))) throw error;
    }
  },

  removeNetwork: async (name) => {
    let last: unknown;
    await retryUntil({
      attempt: async () => {
        try {
          await docker.getNetwork(name).remove();
          return true;
        } catch (error) {
          if (statusOf(error) === 404) return true;
          if (!/active endpoints/i.test(messageOf(error))) throw error;
          last = error;
          return undefined;
        }
      },
      onTimeout: () => stillInUse(`network ${name}`, last),
      timeoutMs: removalTimeoutMs,
    });
  },

  networkGateway: async (name) => {
    const attempt = 'read the gateway of a network';
    try {
      const info: Docker.NetworkInspectInfo = await docker.getNetwork(name).inspect();
      const gateway = info.IPAM?.Config?.map((config) => config.Gateway).find((address) => address !== undefined);
      if (gateway === undefined) throw new PgrowError('node_failed', `Network ${name} has no gateway.`);
      return gateway;
    } catch (error) {
      if (statusOf(error) === 404) throw networkAbsent(attempt, name, error);
      throw error;
    }
  },
});

/**
 * Engines before 25 do not check names atomically: two callers at once get two networks of one name. Each caller looks
 * after its own creation, so at least one sees both, and all choose the same survivor.
 */
const keepOldest = async (docker: Docker, name: string): Promise<void> => {
  const found = await docker.listNetworks({ filters: { name: [name] } });
  const [, ...younger] = found
    .filter((network) => network.Name === name)
    .toSorted((a, b) => `${a.Created} ${a.Id}`.localeCompare(`${b.Created} ${b.Id}`));
  for (const { Id: id } of younger) {
    await docker
      .getNetwork(id)
      .remove()
      .catch((error: unknown) => {
        if (statusOf(error) !== 404) throw error;
      });
  }
};

const noAddressesLeft = (name: string, cause: unknown): PgrowError =>
  new PgrowError(
    'refused',
    `Cannot create network ${name}: Docker has no address range left. Remove networks that are not used, ` +
      'or widen default-address-pools in /etc/docker/daemon.json.',
    { cause },
  );
