import type { Machine, Machines } from './machines.ts';

/** etcd nodes that find each other by their token; a data directory remembers the token it was made with. */
export interface EtcdClusters {
  /** Whether this node answers and its cluster has a quorum. */
  healthy(node: Machine): boolean;
  peers(node: Machine): readonly string[];
  /** What the cluster of the nodes at these hosts keeps, by scope; null without a quorum. */
  scopes(hosts: readonly string[]): Map<string, PatroniState> | null;
  scopesOf(node: Machine): Map<string, PatroniState>;
  /** Hosts of those whom a quorum counts, whether they run or not. */
  members(node: Machine): readonly string[];
  admit(node: Machine, host: string): void;
  expel(node: Machine, host: string): void;
  /** Tokens of clusters that were begun, oldest first. */
  readonly tokens: readonly string[];
  /** The next `count` clusters form no quorum. */
  breakNext(count: number): void;
}

/** What Patroni's members agree on. */
export interface PatroniState {
  leader: string;
  standbyOf: { readonly host: string; readonly slot: string } | null;
  readonly permanentSlots: Set<string>;
  /** On record until their key is removed, whether they run or not. */
  readonly members: Set<string>;
  /** Whose slots are kept although they are on record no more (`member_slots_ttl`). */
  readonly remembered: Set<string>;
  forgetful: boolean;
  /** Whether the leader holds the lock; what is elected takes it. */
  locked: boolean;
  paused: boolean;
  /** Of the servers, by name: what members take from here alone. */
  parameters: Readonly<Record<string, string>>;
}

interface Told {
  readonly 'initial-cluster-token': string;
  readonly 'initial-cluster': string;
  readonly 'initial-cluster-state': 'new' | 'existing';
}

const quorum = 2;

/** Where others look for it. */
const hostOf = ({ name, spec }: Machine): string => spec.address ?? name;

export const createEtcdClusters = (machines: Machines): EtcdClusters => {
  const tokenOf = new Map<string, string>();
  const states = new Map<string, Map<string, PatroniState>>();
  const tokens: string[] = [];
  const counted = new Map<string, Set<string>>();
  /** Without data, and not started yet. */
  const admitted = new Map<string, Set<string>>();
  const joinedToken = (machine: Machine) => [...admitted].find(([, hosts]) => hosts.has(hostOf(machine)))?.[0] ?? null;
  let broken = 0;
  const brokenTokens = new Set<string>();

  machines.onBoot('etcd', (machine) => {
    const told = JSON.parse(machines.read(machine.container, '/etc/pgrow/etcd.yml')) as Told;
    const joined = told['initial-cluster-state'] === 'existing' ? joinedToken(machine) : told['initial-cluster-token'];
    const token = tokenOf.get(machine.volume!) ?? joined;
    // No one has admitted it: etcd ends.
    if (token === null) return 1;
    tokenOf.set(machine.volume!, token);
    admitted.get(token)?.delete(hostOf(machine));
    if (!tokens.includes(token)) {
      tokens.push(token);
      states.set(token, new Map());
      counted.set(
        token,
        new Set(told['initial-cluster'].split(',').map((entry) => new URL(entry.split('=')[1]!).hostname)),
      );
      admitted.set(token, new Set());
      if (broken > 0) {
        broken -= 1;
        brokenTokens.add(token);
      }
    }
    return undefined;
  });
  machines.onVolumeRemoved((volume) => tokenOf.delete(volume));

  const peersOf = (token: string | undefined) =>
    machines.running().filter(({ kind, volume }) => kind === 'etcd' && tokenOf.get(volume!) === token);
  const healthy = (node: Machine): boolean => {
    const token = tokenOf.get(node.volume!);
    return token !== undefined && !brokenTokens.has(token) && peersOf(token).length >= quorum;
  };
  const scopesOf = (node: Machine) => states.get(tokenOf.get(node.volume!)!)!;

  return {
    healthy,
    peers: (node) => peersOf(tokenOf.get(node.volume!)).map(({ name }) => name),
    scopes(hosts) {
      const node = hosts.map((host) => machines.resolve(host)).find((candidate) => candidate && healthy(candidate));
      return node ? scopesOf(node) : null;
    },
    scopesOf,
    members: (node) => [...counted.get(tokenOf.get(node.volume!)!)!],
    admit(node, name) {
      counted.get(tokenOf.get(node.volume!)!)!.add(name);
      admitted.get(tokenOf.get(node.volume!)!)!.add(name);
    },
    expel(node, name) {
      counted.get(tokenOf.get(node.volume!)!)!.delete(name);
      admitted.get(tokenOf.get(node.volume!)!)!.delete(name);
    },
    tokens,
    breakNext(count) {
      broken = count;
    },
  };
};
