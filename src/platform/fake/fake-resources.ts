import { carries, requireLabels } from '../labels.ts';
import { networkAbsent, stillInUse } from '../platform-errors.ts';
import type { Labels, Platform } from '../platform.ts';
import { retryUntil } from '../retry-until.ts';
import type { FakeState } from './fake-state.ts';

type Resources = Pick<
  Platform,
  | 'ensureNetwork'
  | 'removeNetwork'
  | 'joinNetwork'
  | 'networkGateway'
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
    ensureNetwork: async ({ name, labels }) => {
      if (!state.networks.has(name)) state.networks.set(name, { labels, prefix: `10.0.${networks++}` });
    },
    // Nothing cuts a container off here.
    joinNetwork: async () => {},
    // As with Docker, a stopped container does not hold its network, but its volumes.
    removeNetwork: (name) =>
      removeWhenFree(
        `network ${name}`,
        () => containers().some(({ spec, running }) => running && spec.network === name),
        () => state.networks.delete(name),
      ),
    networkGateway: async (name) => {
      const network = state.networks.get(name);
      if (!network) throw networkAbsent('read the gateway of a network', name);
      return `${network.prefix}.1`;
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
