import { randomUUID } from 'node:crypto';
import { messageOf } from '../domain/errors.ts';
import { frontPorts, ports } from '../domain/naming.ts';
import { outcomeOf, type RouteWrite } from '../domain/route-write.ts';
import { nodesOf, type Node, type Topology } from '../domain/topology.ts';
import type { Dependencies } from './dependencies.ts';
import type { Session } from './session.ts';

interface Way {
  readonly node: Node;
  readonly port: number;
  readonly place: RouteWrite['place'];
}

/** Every route that clients write through: the front, and each router and pooler directly. */
const waysOf = (topology: Topology): readonly Way[] => {
  const poolers = nodesOf(topology, 'pgbouncer');
  const inner = (node: Node, port: number): Way => ({ node, port, place: 'inner' });
  return [
    ...nodesOf(topology, 'front').flatMap((node): Way[] => [
      { node, port: frontPorts.postgres, place: 'front' },
      ...(poolers.length > 0 ? [{ node, port: frontPorts.pooled, place: 'front' } as const] : []),
    ]),
    ...nodesOf(topology, 'haproxy').map((node) => inner(node, ports.readWrite)),
    ...poolers.map((node) => inner(node, ports.pooled)),
  ];
};

/**
 * Writes a probe through every route that clients write through, and removes it again.
 * @param limitMs milliseconds that each route may take
 */
export const probeWrites = ({ components }: Pick<Dependencies, 'components'>, session: Session, limitMs: number) =>
  Promise.all(
    waysOf(session.database.topology).map(async (way): Promise<RouteWrite> => {
      const route = { route: `${way.node.name}:${way.port}`, place: way.place };
      try {
        await writeThrough(components, session, way, limitMs);
        return { ...route, outcome: 'acknowledged', says: null };
      } catch (error) {
        return { ...route, outcome: outcomeOf(error), says: messageOf(error) };
      }
    }),
  );

const writeThrough = async (
  { postgres }: Dependencies['components'],
  session: Session,
  { node, port }: Way,
  limitMs: number,
): Promise<void> => {
  const peer = await session.peer(node);
  const limits = { connectTimeoutMs: limitMs, statementTimeoutMs: limitMs };
  const connection = await session.connectProbe({ peer, port }, limits);
  const id = `watch-${randomUUID()}`;
  try {
    await postgres.writeProbe(connection, id);
    // It has served its purpose: if it stays, it is removed with other old ones.
    await postgres.forgetProbe(connection, id).catch(() => undefined);
  } finally {
    await connection.end();
  }
};
