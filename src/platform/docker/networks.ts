import type Docker from 'dockerode';

import { overlap } from '../../domain/addresses.ts';
import { PgrowError } from '../../domain/errors.ts';
import { networkAbsent, stillInUse, subnetTaken } from '../platform-errors.ts';
import type { Attachment, Platform } from '../platform.ts';
import { retryUntil } from '../retry-until.ts';
import { endpointOf } from './container-options.ts';
import { isNetworkMissing, messageOf, statusOf } from './engine-errors.ts';
import { readRoutes } from './routes.ts';

/** Milliseconds for a network whose subnet is reserved to be shown. */
const appearsWithinMs = 5000;

export const dockerNetworks = (
  docker: Docker,
  removalTimeoutMs: number,
): Pick<
  Platform,
  'ensureNetwork' | 'removeNetwork' | 'emptyNetwork' | 'joinNetworks' | 'networkGateway' | 'takenSubnets'
> => ({
  ensureNetwork: async ({ name, labels, layout }) => {
    try {
      await docker.createNetwork({
        Name: name,
        Driver: 'bridge',
        CheckDuplicate: true,
        Labels: { ...labels },
        ...(layout && {
          IPAM: { Config: [{ Subnet: layout.subnet, IPRange: layout.dynamic, Gateway: layout.gateway }] },
        }),
      });
    } catch (error) {
      if (statusOf(error) === 409) return;
      if (layout && /overlap/i.test(messageOf(error))) {
        if (await overlapsItself(docker, name, layout.subnet)) return;
        throw subnetTaken(name, layout.subnet, error);
      }
      if (/address pool|subnet/i.test(messageOf(error))) throw noAddressesLeft(name, error);
      throw error;
    }
    await keepOldest(docker, name);
  },

  joinNetworks: async ({ name, alsoIn = [], ...main }) => {
    for (const attachment of [main, ...alsoIn]) await attach(docker, name, attachment);
  },

  emptyNetwork: async (name) => {
    const network = docker.getNetwork(name);
    const inspected: Promise<Docker.NetworkInspectInfo> = network.inspect();
    const info = await inspected.catch(unlessAbsent);
    for (const id of Object.keys(info?.Containers ?? {}))
      await network.disconnect({ Container: id, Force: true }).catch(unlessAbsent);
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

  takenSubnets: async () => {
    const networks = await docker.listNetworks();
    return [...networks.flatMap(subnetsOf), ...(await readRoutes())];
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

/** A container that has left it meanwhile is absent as well. */
const unlessAbsent = (error: unknown): undefined => {
  if (statusOf(error) !== 404 && !/is not connected/i.test(messageOf(error))) throw error;
};

/** In it already is success, running or not. */
export const attach = async (docker: Docker, name: string, { network, ...endpoint }: Attachment): Promise<void> => {
  try {
    await docker.getNetwork(network).connect({ Container: name, EndpointConfig: endpointOf(endpoint) });
  } catch (error) {
    if (isNetworkMissing(error)) throw networkAbsent(`connect ${name}`, network, error);
    if (!/already exists/i.test(messageOf(error))) throw error;
  }
};

/**
 * Engines before 25 do not check names atomically: two callers at once get two networks of one name. Each caller looks
 * after its own creation, so at least one sees both, and all choose the same survivor.
 */
const keepOldest = async (docker: Docker, name: string): Promise<void> => {
  const [, ...younger] = (await networksNamed(docker, name)).toSorted((a, b) =>
    `${a.Created} ${a.Id}`.localeCompare(`${b.Created} ${b.Id}`),
  );
  for (const { Id: id } of younger) {
    await docker
      .getNetwork(id)
      .remove()
      .catch((error: unknown) => {
        if (statusOf(error) !== 404) throw error;
      });
  }
};

/**
 * Whether what overlaps is the network itself, created by an attempt before or another caller at this moment: the engine
 * reserves a subnet a moment before it shows the network.
 */
const overlapsItself = (docker: Docker, name: string, subnet: string): Promise<boolean> =>
  retryUntil({
    attempt: async () => {
      const networks: readonly Docker.NetworkInspectInfo[] = await docker.listNetworks();
      if (networks.some((network) => network.Name === name)) return true;
      return networks.some((network) => subnetsOf(network).some((other) => overlap(other, subnet))) ? false : undefined;
    },
    onTimeout: () => subnetTaken(name, subnet),
    timeoutMs: appearsWithinMs,
  });

const subnetsOf = ({ IPAM }: Docker.NetworkInspectInfo): readonly string[] =>
  IPAM?.Config?.flatMap(({ Subnet }) => Subnet ?? []) ?? [];

/** The engine filters by parts of names. */
const networksNamed = async (docker: Docker, name: string): Promise<readonly Docker.NetworkInspectInfo[]> =>
  (await docker.listNetworks({ filters: { name: [name] } })).filter((network) => network.Name === name);

const noAddressesLeft = (name: string, cause: unknown): PgrowError =>
  new PgrowError(
    'refused',
    `Cannot create network ${name}: Docker has no address range left. Remove networks that are not used, ` +
      'or widen default-address-pools in /etc/docker/daemon.json.',
    { cause },
  );
