import { messageOf, PgrowError } from '../domain/errors.ts';
import { frontPorts, ports } from '../domain/naming.ts';
import { nodeNamed, nodesOf, type Node, type Topology } from '../domain/topology.ts';
import type { PostgresConnection } from '../components/postgres/index.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { restartIfExited } from './exited-nodes.ts';
import { asideWhenLate } from './left-aside.ts';
import { openSession, reconnectPoolers, type Session } from '../nodes/session.ts';
import type { Action } from './step-activity.ts';
import { waitUntil } from './wait-until.ts';

export const routingActions = (dependencies: Dependencies) => {
  const { platform, components } = dependencies;
  const { haproxy, postgres } = components;

  /** A probe written through each read-write route and read back through it, then read through each read-only one. */
  const verifyRoutes: Action<'verifyRoutes'> = async ({ topology, writes_only = false, aside = [] }, step) => {
    const session = await openSession(dependencies, step.database);
    const front = nodeNamed(topology, 'front');
    const poolers = nodesOf(topology, 'pgbouncer');
    const { writable, readable } = routesOf(topology, session.database.ports.any_node !== undefined);
    const probe = `${step.operation}-${step.step}`;
    const keep = restartIfExited(platform, step);
    const isLate = asideWhenLate(session.database, step);
    const mayBeLeft = ({ name }: Node) => aside.some((node) => node.name === name);
    const left = new Set<string>();
    /** Whether a route is done without, because the nodes that it leads over may be left aside. */
    const isLeft = (route: Route, over: readonly Node[], says: string | null): boolean => {
      const names = over.map(({ name }) => name);
      if (names.length === 0 || !over.every(mayBeLeft)) return false;
      const isDoneWithout = isLate(shown(route), says === null ? null : { says }, names);
      if (isDoneWithout) for (const name of names) left.add(name);
      return isDoneWithout;
    };
    const keepAll = async () => {
      const all = [front, ...nodesOf(topology, 'haproxy'), ...poolers];
      await keep(...all.filter((node) => !mayBeLeft(node)));
      // What becomes of these is seen on the ways over them.
      for (const node of all.filter(mayBeLeft)) await keep(node).catch(() => undefined);
    };
    // There may be no standby to confirm a commit.
    const locally = aside.some(({ kind }) => kind === 'postgres');
    const reconnect = () => reconnectPoolers(session, poolers);
    await waitUntil({
      for: 'a write through every endpoint',
      step,
      look: async () => {
        await keepAll();
        await Promise.all(
          writable.map(async (route) => {
            const id = `${probe}-${route.node.name}-${route.port}`;
            try {
              const written = await through(session, route, async (connection) => {
                if (!locally) await postgres.forgetOldProbes(connection);
                return postgres.writeProbe(connection, id, { locally });
              });
              if (!written)
                throw new PgrowError('verification_failed', `${shown(route)}: a probe was written but not read back.`);
              isLeft(route, route.over, null);
            } catch (error) {
              if (route.name === 'pooled') await reconnect();
              if (!isLeft(route, route.over, messageOf(error))) throw error;
            }
          }),
        );
        return { found: true };
      },
    });
    if (writes_only) return;
    const replicas = nodesOf(topology, 'postgres').filter(({ name }) => name !== topology.primary);
    // The probe's own connections lead to replicas, but an application's may be older than a change of the primary. The
    // monitor replaces those as well, where it ran.
    if (replicas.length > 0) await reconnectPoolers(session, poolers, [ports.pooledReadOnly]);
    const lookAt = async (route: Route): Promise<string | null> => {
      const answer = await through(session, route, async (connection) => ({
        seen: await postgres.readProbe(connection, `${probe}-${front.name}-${frontPorts.postgres}`),
        byReplica: await postgres.isReplica(connection),
      }));
      if (!answer.seen) return `${shown(route)} does not show the write yet`;
      if (replicas.length === 0 || answer.byReplica || route.byAny) return null;
      if (route.name === 'pooled_read_only') await reconnect();
      return `${shown(route)} is answered by the primary`;
    };
    await waitUntil({
      for: 'the write to show at every read-only endpoint',
      step,
      look: async () => {
        await keepAll();
        // All of them at each look, so that what is left aside is waited for once.
        const missing: string[] = [];
        for (const route of readable) {
          // Where writes came through, it is the servers behind that have no reader.
          const over = route.byAny || route.over.some(({ name }) => left.has(name)) ? route.over : replicas;
          const observed = await lookAt(route).catch((error: unknown) => {
            if (over.length > 0 && over.every(mayBeLeft)) return messageOf(error);
            throw error;
          });
          if (!isLeft(route, over, observed) && observed !== null) missing.push(observed);
        }
        const [observed] = missing;
        return observed === undefined ? { found: true } : { observed };
      },
    });
  };

  const readmitServer: Action<'readmitServer'> = async ({ routers, server }, step) => {
    const session = await openSession(dependencies, step.database);
    for (const router of routers) {
      // One that does not run comes up with all servers of its file.
      if ((await platform.inspectContainer(router.container))?.running === false) continue;
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
  /** Nodes one of which it needs, besides the front, a router and the primary. */
  readonly over: readonly Node[];
  /** Whether any server may answer there. */
  readonly byAny?: true;
}

const routesOf = (topology: Topology, isAnyNodePublished: boolean) => {
  const front = nodeNamed(topology, 'front');
  const poolers = nodesOf(topology, 'pgbouncer');
  const routers = nodesOf(topology, 'haproxy');
  const atFront = (name: keyof typeof frontPorts): Route => {
    const over = name === 'pooled' || name === 'pooled_read_only' ? poolers : [];
    return { name, node: front, port: frontPorts[name], over };
  };
  const at = (name: string, port: number, nodes: readonly Node[]): readonly Route[] =>
    nodes.map((node) => ({ name, node, port, over: [node] }));
  const anyNode: readonly Route[] = [
    ...(isAnyNodePublished ? [atFront('any_node')] : []),
    ...at(
      'any-node',
      ports.anyNode,
      routers.filter(({ serves_any_node }) => serves_any_node),
    ),
  ];
  return {
    writable: [
      ...(['postgres', 'read_write', 'pooled'] as const).map(atFront),
      ...at('read-write', ports.readWrite, routers),
    ],
    readable: [
      ...anyNode.map((route) => ({ ...route, byAny: true as const })),
      ...(['read_only', 'pooled_read_only'] as const).map(atFront),
      ...at('read-only', ports.readOnly, routers),
    ],
  } satisfies Record<string, readonly Route[]>;
};

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
