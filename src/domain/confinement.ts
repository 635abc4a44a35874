import type { Confinement } from './container-description.ts';
import { dataPath, serverResources } from './container-spec.ts';
import type { Node, NodeKind } from './topology.ts';

/** What an image's programs write besides data. The names are those of `images/`; images of earlier versions use the same. */
const written: Record<NodeKind, { readonly kept: readonly string[]; readonly run: readonly string[] }> = {
  front: { kept: [], run: ['/run/haproxy', '/var/lib/haproxy'] },
  haproxy: { kept: [], run: ['/run/haproxy', '/var/lib/haproxy'] },
  pgbouncer: { kept: [], run: ['/run/pgbouncer', '/run/pgbouncer/ro', '/run/pgbouncer/rw'] },
  // Orders to the supervisor survive a restart.
  postgres: { kept: ['/var/lib/pgrow'], run: ['/run/pgrow', '/run/postgresql'] },
  etcd: { kept: [], run: [] },
};

/**
 * Each well above what the kind ever needs: HAProxy keeps some fifty processes of before reloads, with two threads and more
 * each; etcd has a few threads for each CPU of the host.
 */
const processes: Record<Exclude<NodeKind, 'postgres'>, number> = {
  front: 1024,
  haproxy: 1024,
  pgbouncer: 256,
  etcd: 1024,
};

const mebibyte = 1024 * 1024;
const runBytes = 8 * mebibyte;
const scratchBytes = 32 * mebibyte;

/** Half of all process numbers that a kernel has: it takes no limit above all of them. */
const mostProcesses = 2_097_152;

/** Of a node's container. */
export const confinementOf = (node: Pick<Node, 'kind' | 'size'>): Confinement => {
  if (node.kind === 'postgres') return serverConfinement(node);
  return confined(node.kind, processes[node.kind]);
};

/**
 * Of a server, and of the containers that work on its data in its place. A process of a server takes more than 1 MB of its
 * memory: whatever max_connections is, memory ends before the number does.
 */
export const serverConfinement = (of: Pick<Node, 'size'>): Confinement =>
  confined('postgres', Math.min(1024 + Math.ceil(serverResources(of).memoryBytes / mebibyte), mostProcesses));

/** Of a server whose data goes with its container. */
export const trialConfinement = (of: Pick<Node, 'size'>): Confinement => {
  const { kept, ...rest } = serverConfinement(of);
  return { ...rest, kept: [...kept, dataPath.postgres!] };
};

/** The engine puts files into no root file system that is read-only, and into no memory: /etc/pgrow is a volume. */
const confined = (kind: NodeKind, most: number): Confinement => ({
  processes: most,
  coreBytes: 0,
  kept: ['/etc/pgrow', ...written[kind].kept],
  inMemory: [
    ...written[kind].run.map((path) => ({ path, bytes: runBytes, mode: 0o700 })),
    { path: '/tmp', bytes: scratchBytes, mode: 0o1777 },
  ],
});
