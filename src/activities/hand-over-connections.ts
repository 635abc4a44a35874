import type { CutOver } from '../domain/step-actions.ts';
import { PgrowError } from '../domain/errors.ts';
import { ports } from '../domain/naming.ts';
import type { HandOver } from '../domain/operation.ts';
import type { Node } from '../domain/topology.ts';
import type { RuntimeApi } from '../components/haproxy/index.ts';
import type { Peer } from '../components/peer.ts';
import type { PoolerAdmin } from '../components/pgbouncer/index.ts';
import type { PostgresConnection } from '../components/postgres/index.ts';
import { armStop, type ArmedStop } from './armed-stop.ts';
import type { NodeDependencies } from '../nodes/dependencies.ts';
import type { Session } from '../nodes/session.ts';

/** Everything that a hand-over talks to, connected before clients wait. A failed connection is represented by its error. */
export interface HandOverConnections {
  readonly successor: PostgresConnection;
  readonly successorPeer: Peer;
  readonly routes: Awaited<ReturnType<typeof writeRoutes>> | Error;
  readonly routerApis: readonly (RuntimeApi | Error)[];
  readonly admins: readonly (PoolerAdmin | Error)[];
  /** Null if the successor already takes writes. */
  readonly armed: ArmedStop | Error | null;
  close(): void;
}

interface Inputs {
  readonly dependencies: NodeDependencies;
  readonly session: Session;
  readonly input: CutOver;
  /** Whether the old primary is to be stopped. Default: unless the successor takes writes already. */
  readonly stops?: boolean;
}

/** @throws when the successor does not answer; other nodes raise an error only when a step needs them */
export const openHandOverConnections = async ({
  dependencies,
  session,
  input,
  stops = true,
}: Inputs): Promise<HandOverConnections> => {
  const { from, to, poolers, routers } = input;
  const { postgres } = dependencies.components;
  const successorPeer = await session.peer(to);
  const successor = await session.connectSuperuser(to);
  try {
    const position = await postgres.readPosition(successor);
    const [routes, routerApis, admins, armed] = await Promise.all([
      settled(writeRoutes(session, input, stops ? 'all' : 'those there are')),
      connectAll(routers, session.connectRouter),
      connectAll(poolers, (pooler) => session.connectPooler(pooler, ports.pooled)),
      stops && position.in_recovery ? settled(armStop(dependencies.platform, from, position.system_identifier)) : null,
    ]);
    return {
      successor,
      successorPeer,
      routes,
      routerApis,
      admins,
      armed,
      // Closing is not awaited: a peer that hangs never answers.
      close() {
        letGo(successor);
        if (armed && !(armed instanceof Error)) armed.cancel();
        for (const open of [...routerApis, ...admins]) if (!(open instanceof Error)) letGo(open);
      },
    };
  } catch (error) {
    letGo(successor);
    throw error;
  }
};

/** Where a hand-over's probes go. In a failover a router may be down with the primary: the others lead on without it. */
const writeRoutes = async (
  session: Session,
  { routers, to }: Pick<CutOver, 'routers' | 'to'>,
  which: 'all' | 'those there are' = 'all',
) => {
  if (routers.length === 0) return [{ peer: await session.peer(to), port: ports.postgres as number }];
  const peers = await Promise.allSettled(routers.map((router) => session.peer(router)));
  const port: number = ports.readWrite;
  const routes = peers.flatMap((peer) => (peer.status === 'fulfilled' ? [{ peer: peer.value, port }] : []));
  const lost = peers.find((peer) => peer.status === 'rejected');
  if (lost && (which === 'all' || routes.length === 0)) throw lost.reason;
  return routes;
};

const letGo = (connection: { end(): Promise<void> | void }): void => {
  Promise.resolve(connection.end()).catch(() => undefined);
};

const settled = <T>(work: Promise<T>): Promise<T | Error> =>
  work.catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));

const connectAll = <C extends RuntimeApi | PoolerAdmin>(
  nodes: readonly Node[],
  connect: (node: Node) => Promise<C>,
): Promise<readonly (C | Error)[]> => Promise.all(nodes.map((node) => settled(connect(node))));

/** A failed connection is an error only for a step that needs it. */
export const demand = <T>(connected: T | Error | null): T => {
  if (connected instanceof Error) throw connected;
  if (connected === null)
    throw new PgrowError('internal', 'The old primary is stopped only while its successor follows.');
  return connected;
};

/** How many clients wait on each pooler now; null of one that does not say. */
export const countWaiting = (
  poolers: readonly Node[],
  admins: HandOverConnections['admins'],
): Promise<HandOver['poolers']> =>
  Promise.all(
    poolers.map(async ({ name }, index) => {
      const admin = admins[index];
      const pools = admin === undefined || admin instanceof Error ? null : await admin.pools().catch(() => null);
      return { name, waiting_max: pools && pools.reduce((sum, { cl_waiting }) => sum + cl_waiting, 0) };
    }),
  );
