import type { Session } from '../nodes/session.ts';
import { pollUntil } from '../nodes/deadlines.ts';
import type { Peer } from '../components/peer.ts';
import type { RuntimeApi } from '../components/haproxy/index.ts';
import type { PostgresConnection } from '../components/postgres/index.ts';
import { PgrowError } from '../domain/errors.ts';
import { ports } from '../domain/naming.ts';
import { nodesOf, type Node } from '../domain/topology.ts';
import type { MonitorDependencies } from './dependencies.ts';

/** Milliseconds */
const successorLimitMs = 20_000;
const routeLimitMs = 5_000;

/** Every node that knows or must learn which server takes writes, connected while Patroni still elects. */
export interface FailoverConnections {
  /**
   * The first of the others that takes writes. Patroni says so before PostgreSQL does: only PostgreSQL is believed.
   * @throws PgrowError `not_ready` when none does
   */
  successor(): Promise<Node>;
  /** Routers are switched instead of finding out; then a write through each proves it. One that fails delays no other. */
  route(to: Node): Promise<void>;
  close(): void;
}

interface Router {
  readonly peer: Peer;
  readonly api: RuntimeApi;
}

export const openFailoverConnections = (
  { components }: Pick<MonitorDependencies, 'components'>,
  session: Session,
  dead: Node,
): FailoverConnections => {
  const { haproxy, postgres } = components;
  const { topology } = session.database;
  const routers = nodesOf(topology, 'haproxy');
  const others = nodesOf(topology, 'postgres').filter(({ name }) => name !== dead.name);
  const connections = new Map<Node, Promise<PostgresConnection>>();
  // Looked up now: asking the engine after the election would keep clients waiting. A node that is gone leads no client.
  const leading = routers.map(async (router): Promise<Router | null> => {
    try {
      return { peer: await session.peer(router), api: await session.connectRouter(router) };
    } catch {
      return null;
    }
  });
  const letGo = (connection: Promise<PostgresConnection>) =>
    void connection.then((it) => it.end()).catch(() => undefined);
  let open = true;

  const takesWrites = async (node: Node): Promise<boolean> => {
    const connection = connections.get(node) ?? session.connectSuperuser(node);
    connections.set(node, connection);
    try {
      return !(await postgres.isReplica(await connection));
    } catch (error) {
      // Another look may have closed it and connected again since.
      if (connections.get(node) === connection) {
        connections.delete(node);
        letGo(connection);
      }
      throw error;
    }
  };
  const waitFor = async (node: Node): Promise<Node> => {
    await pollUntil(successorLimitMs, `${node.name} to take writes`, async () => !open || (await takesWrites(node)));
    return node;
  };
  for (const node of others) void takesWrites(node).catch(() => undefined);

  return {
    async successor() {
      try {
        return await Promise.any(others.map(waitFor));
      } catch (error) {
        throw new PgrowError('not_ready', `No server succeeds ${dead.name}.`, { cause: error });
      }
    },
    async route(to) {
      const id = `fail-over-${to.name}-${Date.now()}`;
      await Promise.allSettled(
        leading.map(async (connecting) => {
          const router = await connecting;
          if (!router) return;
          await haproxy.failWrites(router.api, dead.name, to.name);
          await pollUntil(routeLimitMs, `a write through ${router.peer.name}`, () =>
            session.asProbe({ peer: router.peer, port: ports.readWrite }, (connection) =>
              postgres.writeProbe(connection, `${id}-${router.peer.name}`),
            ),
          );
        }),
      );
    },
    close() {
      open = false;
      for (const connection of connections.values()) letGo(connection);
      for (const router of leading) void router.then((it) => it?.api.end());
    },
  };
};
