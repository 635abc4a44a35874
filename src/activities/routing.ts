import { PgrowError } from '../domain/errors.ts';
import { frontPorts, ports } from '../domain/naming.ts';
import { nodeNamed, nodesOf } from '../domain/topology.ts';
import type { ServerState } from '../components/haproxy/index.ts';
import type { Dependencies } from './dependencies.ts';
import { openSession } from './session.ts';
import type { Action } from './step-activity.ts';
import { waitUntil } from './wait-until.ts';

export const routingActions = (dependencies: Dependencies) => {
  const { haproxy, postgres } = dependencies.components;

  const waitUntilRouting: Action<'waitUntilRouting'> = async ({ routers, primary, replicas }, step) => {
    const session = await openSession(dependencies, step.database);
    await waitUntil({
      for: `${routers.length} HAProxy to see ${primary} and ${replicas.join(', ')}`,
      step,
      look: async () => {
        for (const router of routers) {
          const missing = notYetRouted(await session.asRouter(router, haproxy.readServers), primary, replicas);
          if (missing) return { observed: `${router.name}: ${missing}` };
        }
        return { found: true };
      },
    });
  };

  const verifyPooler: Action<'verifyPooler'> = async ({ node, config }, step) => {
    if (config.kind !== 'pgbouncer') throw new PgrowError('internal', `${node.name} is no pooler.`);
    const session = await openSession(dependencies, step.database);
    const poolerPorts = config.read_only ? [ports.pooled, ports.pooledReadOnly] : [ports.pooled];
    await waitUntil({
      for: `a query through ${node.name}`,
      step,
      look: async () => {
        const host = await session.addressOf(node);
        for (const port of poolerPorts) await session.asApplication({ host, port }, (c) => c.query('SELECT 1'));
        return { found: true };
      },
    });
  };

  /** A probe written through each read-write route and read back through it, then read through each read-only one. */
  const verifyRoutes: Action<'verifyRoutes'> = async ({ topology }, step) => {
    const session = await openSession(dependencies, step.database);
    const front = await session.addressOf(nodeNamed(topology, 'front'));
    const routers = await Promise.all(nodesOf(topology, 'haproxy').map((node) => session.addressOf(node)));
    const writable = [
      { name: 'postgres', host: front, port: frontPorts.postgres as number },
      { name: 'read_write', host: front, port: frontPorts.read_write },
      { name: 'pooled', host: front, port: frontPorts.pooled },
      ...routers.map((host) => ({ name: `haproxy ${host}`, host, port: ports.readWrite })),
    ];
    const readable = [
      { name: 'read_only', host: front, port: frontPorts.read_only as number },
      { name: 'pooled_read_only', host: front, port: frontPorts.pooled_read_only },
      ...routers.map((host) => ({ name: `haproxy ${host} read-only`, host, port: ports.readOnly })),
    ];
    const probe = `${step.operation}-${step.step}`;
    await waitUntil({
      for: 'a write through every endpoint',
      step,
      look: async () => {
        await Promise.all(
          writable.map(async ({ name, ...at }) => {
            const id = `${probe}-${name}`;
            const written = await session.asApplication(at, (c) => postgres.writeProbe(c, id));
            if (!written)
              throw new PgrowError('verification_failed', `${name}: a probe was written but not read back.`);
          }),
        );
        return { found: true };
      },
    });
    const hasReplicas = nodesOf(topology, 'postgres').length > 1;
    await waitUntil({
      for: 'the write to show at every read-only endpoint',
      step,
      look: async () => {
        for (const { name, ...at } of readable) {
          const answer = await session.asApplication(at, async (connection) => ({
            seen: await postgres.readProbe(connection, `${probe}-postgres`),
            byReplica: await postgres.isReplica(connection),
          }));
          if (!answer.seen) return { observed: `${name} does not show the write yet` };
          if (hasReplicas && !answer.byReplica) return { observed: `${name} is answered by the primary` };
        }
        return { found: true };
      },
    });
  };

  const readmitServer: Action<'readmitServer'> = async ({ routers, server }, step) => {
    const session = await openSession(dependencies, step.database);
    for (const router of routers) {
      await session.asRouter(router, async (api) => {
        for (const backend of ['primary', 'replicas'])
          await haproxy.setServer(api, { backend, server, state: 'ready' });
      });
    }
  };

  return { readmitServer, waitUntilRouting, verifyPooler, verifyRoutes };
};

/** What is not as expected yet; null when writes reach exactly the primary and reads all replicas but not it. */
const notYetRouted = (servers: readonly ServerState[], primary: string, replicas: readonly string[]): string | null => {
  const up = (backend: string) =>
    servers.filter((server) => server.backend === backend && server.status === 'up').map((server) => server.server);
  const writers = up('primary');
  const readers = up('replicas');
  if (writers.length !== 1 || writers[0] !== primary) return `writes reach ${list(writers)} instead of ${primary}`;
  if (readers.includes(primary)) return `reads reach the primary ${primary}`;
  const missing = replicas.filter((name) => !readers.includes(name));
  return missing.length > 0 ? `reads do not reach ${list(missing)}` : null;
};

const list = (names: readonly string[]): string => (names.length === 0 ? 'nobody' : names.join(', '));
