import type { RouterServers } from './live-state.ts';
import { ports } from './naming.ts';

/** What a router sees of its servers, against what it should see. */

/** The backends of a router, each with the path by which it asks a server whether it takes part. */
export const healthPaths = { primary: '/primary', replicas: '/replica', any: '/read-only' } as const;
export type RouterBackend = keyof typeof healthPaths;

export interface SeenServer {
  readonly backend: string;
  readonly server: string;
  readonly status: 'up' | 'down' | 'maint' | 'drain';
  /** What its last check said: `L4CON Layer4 connection problem`. */
  readonly check: string;
  /** Where the router looks for it, with its port. */
  readonly address: string;
}

export interface ExpectedServers {
  readonly primary: string;
  readonly replicas: readonly string[];
}

/** Servers that each of its ports leads to, and how many there should be. Every backend names all of them. */
export const countServers = (seen: readonly SeenServer[], replicas: number): RouterServers => {
  const up = (wanted: RouterBackend) =>
    seen.filter(({ backend, status }) => backend === wanted && status === 'up').length;
  return { read_write: { up: up('primary'), total: 1 }, read_only: { up: up('replicas'), total: replicas } };
};

/** A server whose check on a router came out otherwise than it should. */
export interface Misjudged extends Pick<SeenServer, 'server' | 'check' | 'address'> {
  readonly backend: RouterBackend;
  readonly shouldBeUp: boolean;
}

export interface RouterFault {
  /** In the words of an operator. */
  readonly says: string;
  /** None if the servers were taken out by hand, which no check decides. */
  readonly misjudged: readonly Misjudged[];
}

/** Null when writes reach exactly the primary and reads all replicas but not it. */
export const faultOf = (seen: readonly SeenServer[], expected: ExpectedServers): RouterFault | null => {
  const says = complaint(seen, expected);
  if (says === null) return null;
  const misjudged = seen.flatMap((server): readonly Misjudged[] => {
    const shouldBeUp = isExpectedUp(server, expected);
    const { status, backend, server: name, check, address } = server;
    const isWrong = shouldBeUp === null ? false : shouldBeUp ? status === 'down' : status === 'up';
    return isWrong && isBackend(backend)
      ? [{ backend, server: name, shouldBeUp: shouldBeUp === true, check, address }]
      : [];
  });
  return { says, misjudged };
};

const complaint = (seen: readonly SeenServer[], { primary, replicas }: ExpectedServers): string | null => {
  const up = (backend: RouterBackend) =>
    seen.filter((server) => server.backend === backend && server.status === 'up').map(({ server }) => server);
  const named = (backend: RouterBackend, name: string) =>
    seen.some((server) => server.backend === backend && server.server === name && isTakenOut(server))
      ? `${name}, which was taken out by hand`
      : name;
  const writers = up('primary');
  const readers = up('replicas');
  if (writers.length !== 1 || writers[0] !== primary)
    return `writes reach ${list(writers)} instead of ${named('primary', primary)}`;
  if (readers.includes(primary)) return `reads reach the primary ${primary}`;
  const missing = replicas.filter((name) => !readers.includes(name));
  return missing.length > 0 ? `reads do not reach ${list(missing.map((name) => named('replicas', name)))}` : null;
};

const isTakenOut = ({ status }: SeenServer): boolean => status === 'maint' || status === 'drain';

/** Null if it does not matter. */
const isExpectedUp = ({ backend, server }: SeenServer, { primary, replicas }: ExpectedServers): boolean | null => {
  if (backend === 'primary') return server === primary;
  if (backend !== 'replicas') return null;
  if (server === primary) return false;
  return replicas.includes(server) ? true : null;
};

const isBackend = (name: string): name is RouterBackend => name in healthPaths;

/** `postgres-2:8008/replica` */
export const checkedAt = ({ server, backend }: Pick<Misjudged, 'server' | 'backend'>): string =>
  `${server}:${ports.health}${healthPaths[backend]}`;

/** What the router's check said beside what the same check says from the worker. */
export const compareChecks = (router: string, misjudged: Misjudged, fromHere: string): string =>
  `the check of ${checkedAt(misjudged)} by ${router} says "${misjudged.check}" (it looks at ${misjudged.address}), ` +
  `the same from the worker ${fromHere}`;

const list = (names: readonly string[]): string => (names.length === 0 ? 'no server' : names.join(', '));
