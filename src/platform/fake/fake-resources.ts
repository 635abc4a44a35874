import { carries, requireLabels } from '../labels.ts';
import { overlap } from '../../domain/addresses.ts';
import { networkAbsent, stillInUse, subnetTaken } from '../platform-errors.ts';
import type { Labels, NetworkLayout, Platform } from '../platform.ts';
import { retryUntil } from '../retry-until.ts';
import { attach, leaveNetwork } from './fake-process.ts';
import { existing, type FakeNetwork, type FakeState } from './fake-state.ts';

type Resources = Pick<
  Platform,
  | 'ensureNetwork'
  | 'removeNetwork'
  | 'emptyNetwork'
  | 'joinNetworks'
  | 'networkGateway'
  | 'takenSubnets'
  | 'ensureVolume'
  | 'removeVolume'
  | 'findByLabels'
  | 'readLabels'
>;

export const fakeResources = (state: FakeState, removalTimeoutMs: number): Resources => {
  let networks = 0;

  const removeWhenFree = async (what: string, isUsed: () => boolean, remove: () => void): Promise<void> => {
    await retryUntil({
      attempt: async () => (isUsed() ? undefined : true),
      onTimeout: () => stillInUse(what),
      timeoutMs: removalTimeoutMs,
      intervalMs: 5,
    });
    remove();
  };
  const containers = () => [...state.containers.values()];

  return {
    ensureNetwork: async ({ name, labels, layout }) => {
      if (state.networks.has(name)) return;
      const others = [...state.networks.values()];
      if (layout && others.some(({ subnet }) => overlap(subnet, layout.subnet))) throw subnetTaken(name, layout.subnet);
      state.networks.set(name, { labels, ...(layout ? placedAt(layout) : placedBy(networks++)) });
    },
    emptyNetwork: async (name) => {
      for (const { spec, running } of containers()) if (running) leaveNetwork(state, spec.name, name);
    },
    joinNetworks: async ({ name, alsoIn = [], ...main }) => {
      const container = existing(state, name, 'connect');
      for (const attachment of [main, ...alsoIn]) attach(state, container, attachment);
    },
    takenSubnets: async () => [...state.networks.values()].map(({ subnet }) => subnet),
    // As with Docker, a stopped container does not hold its network, but its volumes.
    removeNetwork: (name) =>
      removeWhenFree(
        `network ${name}`,
        () => containers().some(({ endpoints, running }) => running && endpoints.has(name)),
        () => state.networks.delete(name),
      ),
    networkGateway: async (name) => {
      const network = state.networks.get(name);
      if (!network) throw networkAbsent('read the gateway of a network', name);
      return network.gateway;
    },
    ensureVolume: async ({ name, labels }) => {
      if (!state.volumes.has(name)) state.volumes.set(name, { labels, files: new Map() });
    },
    removeVolume: (name) =>
      removeWhenFree(
        `volume ${name}`,
        () => containers().some(({ spec }) => spec.mounts.some(({ volume }) => volume === name)),
        () => state.volumes.delete(name),
      ),
    findByLabels: async (labels) => {
      requireLabels(labels);
      const withLabels = (things: ReadonlyMap<string, { readonly labels: Labels }>): string[] =>
        [...things]
          .filter(([, thing]) => carries(thing.labels, labels))
          .map(([name]) => name)
          .toSorted();
      return {
        containers: withLabels(new Map([...state.containers].map(([name, { spec }]) => [name, spec]))),
        volumes: withLabels(state.volumes),
        networks: withLabels(state.networks),
      };
    },
    readLabels: async (kind, name) => {
      if (kind === 'container') return state.containers.get(name)?.spec.labels ?? null;
      return (kind === 'volume' ? state.volumes : state.networks).get(name)?.labels ?? null;
    },
  };
};

const placedAt = ({ subnet, gateway, dynamic }: NetworkLayout): Omit<FakeNetwork, 'labels'> => ({
  subnet,
  gateway,
  prefix: prefixIn(dynamic),
});

/** As the engine does, in the order in which it is asked. */
const placedBy = (order: number): Omit<FakeNetwork, 'labels'> => {
  const prefix = `10.0.${order}`;
  return { subnet: `${prefix}.0/24`, gateway: `${prefix}.1`, prefix };
};

const prefixIn = (subnet: string): string => subnet.slice(0, subnet.lastIndexOf('.'));
