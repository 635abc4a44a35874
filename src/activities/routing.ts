import { messageOf, PgrowError } from '../domain/errors.ts';
import { frontPorts, ports } from '../domain/naming.ts';
import { nodeNamed, nodesOf, type Node } from '../domain/topology.ts';
import type { PostgresConnection } from '../components/postgres/index.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { restartIfExited } from './exited-nodes.ts';
import { openSession, reconnectPoolers, type Session } from '../nodes/session.ts';
import type { Action } from './step-activity.ts';
import { waitUntil } from './wait-until.ts';

export const routingActions = (dependencies: Dependencies) => {
  const { platform, components } = dependencies;
  const { haproxy, postgres } = components;

  /** A probe written through each read-write route and read back through it, then read through each read-only one. */
  const verifyRoutes: Action<'verifyRoutes'> = async ({ topology, writes_only = false }, step) => {
    const session = await openSession(dependencies, step.database);
    const front = nodeNamed(topology, 'front');
    const routers = nodesOf(topology, 'haproxy');
    const writable: readonly Route[] = [
      ...(['postgres', 'read_write', 'pooled'] as const).map((name) => ({ name, node: front, port: frontPorts[name] })),
      ...routers.map((node) => ({ name: 'read-write', node, port: ports.readWrite })),
    ];
    const isPublished = session.database.ports.any_node !== undefined;
    const anyNode: readonly Route[] = [
      ...(isPublished ? [{ name: 'any_node', node: front, port: frontPorts.any_node }] : []),
      ...routers
        .filter(({ serves_any_node }) => serves_any_node)
        .map((node) => ({ name: 'any-node', node, port: ports.anyNode })),
    ];
    const readable: readonly Route[] = [
      ...anyNode,
      ...(['read_only', 'pooled_read_only'] as const).map((name) => ({ name, node: front, port: frontPorts[name] })),
      ...routers.map((node) => ({ name: 'read-only', node, port: ports.readOnly })),
    ];
    const probe = `${step.operation}-${step.step}`;
    const keep = restartIfExited(platform, step);
    const poolers = nodesOf(topology, 'pgbouncer');
    const reconnect = () => reconnectPoolers(session, poolers);
    await waitUntil({
      for: 'a write through every endpoint',
      step,
      look: async () => {
        await keep(front, ...routers, ...poolers);
        await Promise.all(
          writable.map(async (route) => {
            const id = `${probe}-${route.node.name}-${route.port}`;
            const written = await through(session, route, async (connection) => {
              await postgres.forgetOldProbes(connection);
              return postgres.writeProbe(connection, id);
            }).catch(async (error) => {
              if (route.name === 'pooled') await reconnect();
              throw error;
            });
            if (!written)
              throw new PgrowError('verification_failed', `${shown(route)}: a probe was written but not read back.`);
          }),
        );
        return { found: true };
      },
    });
    if (writes_only) return;
    const hasReplicas = nodesOf(topology, 'postgres').length > 1;
    // The probe's own connections lead to replicas, but an application's may be older than a change of the primary. The
    // monitor replaces those as well, where it ran.
    if (hasReplicas) await reconnectPoolers(session, poolers, [ports.pooledReadOnly]);
    await waitUntil({
      for: 'the write to show at every read-only endpoint',
      step,
      look: async () => {
        await keep(front, ...routers, ...poolers);
        for (const route of readable) {
          const answer = await through(session, route, async (connection) => ({
            seen: await postgres.readProbe(connection, `${probe}-${front.name}-${frontPorts.postgres}`),
            byReplica: await postgres.isReplica(connection),
          }));
          if (!answer.seen) return { observed: `${shown(route)} does not show the write yet` };
          if (hasReplicas && !answer.byReplica && !anyNode.includes(route)) {
            if (route.name === 'pooled_read_only') await reconnect();
            return { observed: `${shown(route)} is answered by the primary` };
          }
        }
        return { found: true };
      },
    });
  };

  const readmitServer: Action<'readmitServer'> = async ({ routers, server }, step) => {
    const session = await openSession(dependencies, step.database);
    for (const router of routers) {
      await session.asRouter(router, (api) => haproxy.readmitReplica(api, server));
    }
  };

  return { readmitServer, verifyRoutes };
};

/** One way to the database. */
interface Route {
  readonly name: string;
  readonly node: Node;
  readonly port: number;
}

const shown = ({ name, node, port }: Route): string => `${name} at ${node.name}:${port}`;

/** @throws PgrowError `not_ready`, naming the route that leads nowhere */
const through = async <T>(
  session: Session,
  route: Route,
  use: (connection: PostgresConnection) => Promise<T>,
): Promise<T> => {
  try {
    return await session.asProbe({ peer: await session.peer(route.node), port: route.port }, use);
  } catch (error) {
    throw new PgrowError('not_ready', `${shown(route)}: ${messageOf(error)}`, { cause: error });
  }
};
