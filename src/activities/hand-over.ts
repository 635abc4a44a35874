import type { CutOver } from '../domain/actions.ts';
import { PgrowError } from '../domain/errors.ts';
import { ports } from '../domain/naming.ts';
import type { RuntimeApi } from '../components/haproxy/index.ts';
import type { PoolerAdmin } from '../components/pgbouncer/index.ts';
import type { PostgresConnection } from '../components/postgres/index.ts';
import { armStop } from './armed-stop.ts';
import { armPooler, armRouter, disarm } from './dead-man.ts';
import type { Dependencies } from './dependencies.ts';
import { promotionOf, writeRoutes } from './promotion.ts';
import { resumePoolers } from './hand-back.ts';
import type { Session } from './session.ts';
import { untilTold } from './tell-routers.ts';
import { poll, within } from './time-limits.ts';

/** Milliseconds PAUSE may wait for open transactions before the hand-over is called off. */
const pauseLimitMs = 4000;
/** Milliseconds for the successor to replay what the old primary wrote last. */
const gateLimitMs = 3000;
const promotionLimitMs = 20_000;
/** Milliseconds for a router to lead to the new primary before clients go on without it. */
const routeLimitMs = 5000;
const resumeLimitMs = 2000;

/** The moves of a hand-over, with everything connected beforehand. */
export interface HandOver {
  successorTakesWrites(): Promise<boolean>;
  /** Everything that can be done before clients have to wait. Refuses when a pooler or router does not answer. */
  prepare(): Promise<void>;
  pause(): Promise<void>;
  stopOldPrimary(): Promise<void>;
  proveNothingIsMissing(): Promise<void>;
  promote(): Promise<void>;
  routeWrites(): Promise<void>;
  writeThroughEveryRoute(): Promise<void>;
  resume(): Promise<void>;
  /** Clients are served by then: what was promoted is settled, and whoever could not be told where writes go is told. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

interface Inputs {
  readonly dependencies: Pick<Dependencies, 'platform' | 'components'>;
  readonly session: Session;
  readonly input: CutOver;
}

/** @throws when the successor does not answer; whoever else does not is met with once it is needed */
export const openHandOver = async ({
  dependencies: { platform, components },
  session,
  input,
}: Inputs): Promise<HandOver> => {
  const { from, to, poolers, routers } = input;
  const { postgres, haproxy } = components;
  const pausable = session.database.topology.pooling?.pool_mode !== 'session';
  let lastCheckpoint = '';
  let disarmed: Promise<unknown> = Promise.resolve();

  const host = await session.addressOf(to);
  const successor = await session.connectSuperuser(to);
  const position = await postgres.readPosition(successor);
  const promotion = promotionOf({ dependencies: { platform, components }, session, input, successor, host });
  const routes = await writeRoutes(session, input);
  const routerApis = await connectAll(routers, async (router) =>
    haproxy.connectHaproxy({ host: await session.addressOf(router) }),
  );
  const admins = await connectAll(poolers, (pooler) => session.connectPooler(pooler, ports.pooled));
  const armed = position.in_recovery ? await settled(armStop(platform, from, position.system_identifier)) : null;

  const moveWrites = (api: RuntimeApi) => haproxy.moveWrites(api, from.name, to.name);
  const checkWrites = (api: RuntimeApi) => haproxy.checkWrites(api, to.name);
  const untold = new Set(routers);

  const takesWrites = async (connection: PostgresConnection) => {
    const [row] = await connection.query<{ recovering: boolean }>('SELECT pg_is_in_recovery() AS recovering');
    return row?.recovering === false;
  };

  return {
    successorTakesWrites: () => takesWrites(successor),

    async prepare() {
      [...routerApis, ...admins, armed].forEach(demand);
      await checkpointTwice(components, session, from);
      await promotion.prepare();
      await Promise.all([
        ...poolers.map((pooler) => armPooler(platform, pooler)),
        ...routers.map((router) => armRouter(platform, router, input)),
      ]);
    },

    async pause() {
      if (!pausable) return;
      const paused = Promise.all(admins.map((admin) => demand(admin).pause()));
      const waiting = within(
        pauseLimitMs,
        `PAUSE of ${names(poolers)} waits for a transaction that does not end`,
        paused,
      );
      // Forced: whoever is still at work is reset when the old primary stops.
      await (input.on_obstacle === 'force' ? waiting.catch(() => undefined) : waiting);
    },

    async stopOldPrimary() {
      // Sessions that bypass the poolers end with the old primary; the connects that follow wait for the new one. In two
      // moves: whoever is cut at one router must not get through another, only to be cut again.
      await Promise.all(routerApis.map((api) => haproxy.holdConnects(demand(api), from.name, to.name)));
      await Promise.all(routerApis.map((api) => haproxy.cutWriters(demand(api), from.name)));
      lastCheckpoint = await demand(armed).stop();
    },

    async proveNothingIsMissing() {
      await poll(gateLimitMs, `${to.name}:${ports.postgres} to replay past ${lastCheckpoint}`, async () => {
        const { lsn } = await postgres.readPosition(successor);
        return postgres.parseLsn(lsn) > postgres.parseLsn(lastCheckpoint);
      });
    },

    async promote() {
      let told = false;
      // Whether an answer that was lost had its effect is seen on the successor alone; telling it twice does no harm.
      await poll(promotionLimitMs, `${to.name}:${ports.postgres} to take writes`, async () => {
        if (await takesWrites(successor)) return true;
        if (!told) await promotion.promote();
        told = true;
        return false;
      });
    },

    async routeWrites() {
      // One whose connection broke holds writes until it is told on another; one that is gone holds nobody.
      await Promise.allSettled(
        routers.map(async (router, index) => {
          try {
            await moveWrites(demand(routerApis[index] ?? null));
          } catch {
            await session.asRouter(router, moveWrites);
          }
          untold.delete(router);
        }),
      );
    },

    async writeThroughEveryRoute() {
      const id = `hand-over-${to.name}-${Date.now()}`;
      const probes = await Promise.allSettled(
        routes.map((route, index) =>
          poll(routeLimitMs, `a write through ${routers[index]?.name ?? to.name}:${route.port}`, () =>
            session.asProbe(route, (connection) => postgres.writeProbe(connection, `${id}-${index}`)),
          ),
        ),
      );
      const failures = probes.flatMap((probe) => (probe.status === 'rejected' ? [probe.reason as Error] : []));
      // Clients wait: one that leads nowhere must not hold back the others.
      if (failures.length > 0 && failures.length === routes.length) throw failures[0]!;
    },

    async resume() {
      try {
        const resumed = Promise.all(admins.map((admin) => demand(admin).resume()));
        await within(resumeLimitMs, `RESUME is not answered by ${names(poolers)}`, resumed);
        // Clients are served: what it takes to say so to the dead-man is no part of the stall.
        disarmed = disarm(platform, poolers);
      } catch {
        await resumePoolers(platform, poolers);
      }
    },

    async settle() {
      const rest = [...untold].map((router) => untilTold(platform, session, router, moveWrites));
      await Promise.all([promotion.settle(), ...rest]);
      await Promise.all(routers.map((router) => untilTold(platform, session, router, checkWrites)));
      await disarm(platform, routers);
    },

    async close() {
      await disarmed;
      if (armed && !(armed instanceof Error)) armed.cancel();
      await successor.end();
      for (const api of routerApis) if (!(api instanceof Error)) api.end();
      await Promise.all(admins.map(async (admin) => (admin instanceof Error ? undefined : admin.end())));
    },
  };
};

const names = (poolers: CutOver['poolers']): string => poolers.map(({ name }) => `${name}:${ports.pooled}`).join(', ');

const settled = <T>(work: Promise<T>): Promise<T | Error> =>
  work.catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));

const connectAll = <N, C extends RuntimeApi | PoolerAdmin>(
  nodes: readonly N[],
  connect: (node: N) => Promise<C>,
): Promise<readonly (C | Error)[]> => Promise.all(nodes.map((node) => settled(connect(node))));

/** What could not be connected is an error only for a move that needs it. */
const demand = <T>(connected: T | Error | null): T => {
  if (connected instanceof Error) throw connected;
  if (connected === null)
    throw new PgrowError('internal', 'The old primary is stopped only while its successor follows.');
  return connected;
};

/** The second has little left to write, so the shutdown's own checkpoint is short. */
const checkpointTwice = async ({ postgres }: Dependencies['components'], session: Session, from: CutOver['from']) => {
  await session
    .asSuperuser(from, async (connection) => {
      await postgres.checkpoint(connection);
      await postgres.checkpoint(connection);
    })
    .catch(() => undefined);
};
