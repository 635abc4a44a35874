import type { CutOver } from '../domain/step-actions.ts';
import { PgrowError } from '../domain/errors.ts';
import {
  answerWithinMs,
  clientsWaitAtMostMs,
  decideWithinMs,
  pauseWithinMs,
  proofWithinMs,
  routeWithinMs,
  stopAtLeastMs,
} from '../domain/hand-over-limits.ts';
import type { LookAtSenders } from '../domain/left-out.ts';
import { ports } from '../domain/naming.ts';
import type { Node } from '../domain/topology.ts';
import type { RuntimeApi } from '../components/haproxy/index.ts';
import type { PostgresConnection } from '../components/postgres/index.ts';
import { lookAtOldPrimary } from './bystanders.ts';
import { armPooler, armRouter, disarm, releasePoolers } from '../nodes/dead-man.ts';
import type { NodeDependencies } from '../nodes/dependencies.ts';
import { countWaiting, demand, openHandOverConnections } from './hand-over-connections.ts';
import { notPaused, pauseOwn, refusePaused } from './pause-poolers.ts';
import { promotionOf, type Bystanders } from './promotion.ts';
import type { Session } from '../nodes/session.ts';
import { commandRouters } from './command-routers.ts';
import { openBudget, pollUntil, withTimeLimit, type Budget } from '../nodes/deadlines.ts';

/** Milliseconds for a promotion that no client waits for any longer. */
const promotionLimitMs = 20_000;

/** The steps of a hand-over, with everything connected beforehand. */
export interface HandOver {
  successorTakesWrites(): Promise<boolean>;
  /** Everything that can be done before clients have to wait. Refuses when a pooler or router does not answer. */
  prepare(): Promise<void>;
  /** The same where the old primary is killed, not stopped. `check` runs once no member can be elected any more. */
  prepareToFailOver(check: () => Promise<void>): Promise<void>;
  pause(): Promise<void>;
  stopOldPrimary(): Promise<void>;
  proveNothingIsMissing(): Promise<void>;
  promote(): Promise<void>;
  routeWrites(): Promise<void>;
  writeThroughEveryRoute(): Promise<void>;
  /** How many clients wait on each pooler now; null of one that does not say. Never an error. */
  countWaiting(): ReturnType<typeof countWaiting>;
  resume(): Promise<void>;
  /**
   * Clients are served by then: what was promoted is settled, and routers that could not be switched before are switched.
   * Returns the routers that were left aside.
   */
  settle(): Promise<readonly Node[]>;
  /** Whether clients have waited for a stop of the old primary in vain. */
  hasStopFailed(): boolean;
  /** Receivers that are disconnected for the moment, and members that take no part. */
  leftOut(): { readonly senders: LookAtSenders; readonly bystanders: Bystanders };
  close(): Promise<void>;
}

interface Inputs {
  readonly dependencies: NodeDependencies;
  readonly session: Session;
  readonly input: CutOver;
  /** Whether the old primary is to be stopped in order. Default true. */
  readonly stops?: boolean;
}

/** @throws when the successor does not answer; other nodes raise an error only when a step needs them */
export const openHandOver = async ({
  dependencies: { platform, components },
  session,
  input,
  stops = true,
}: Inputs): Promise<HandOver> => {
  const { from, to, poolers, routers } = input;
  const { postgres, haproxy } = components;
  const pausable = session.database.topology.pooling?.pool_mode !== 'session';
  const ways = await openHandOverConnections({ dependencies: { platform, components }, session, input, stops });
  const { successor, successorPeer, routes, routerApis, admins, armed } = ways;
  const promotion = promotionOf({
    dependencies: { platform, components },
    session,
    input,
    successor,
    successorPeer,
  });
  let lastCheckpoint = '';
  let disarmed: Promise<unknown> = Promise.resolve();
  let senders: LookAtSenders = { waitedFor: [], leftOut: [] };
  let bystanders: Bystanders = { aside: [], fenced: [] };
  /** Since clients wait. Clients of an interrupted attempt are released by the dead-men that it armed. */
  let budget: Budget = openBudget();
  let isHeld = false;
  let stopFailed = false;

  const moveWrites = (api: RuntimeApi) => haproxy.moveWrites(api, from.name, to.name);
  const checkWrites = (api: RuntimeApi) => haproxy.checkWrites(api, to.name);
  const untold = new Set(routers);

  const takesWrites = async (connection: PostgresConnection) => {
    const [row] = await connection.query<{ recovering: boolean }>('SELECT pg_is_in_recovery() AS recovering');
    return row?.recovering === false;
  };

  return {
    successorTakesWrites: () =>
      withTimeLimit(proofWithinMs, `${to.name}:${ports.postgres} does not answer`, takesWrites(successor)),

    async prepare() {
      demand(routes);
      [...routerApis, ...admins, armed].forEach(demand);
      bystanders = await promotion.prepare();
      const seen = await lookAtOldPrimary({ platform, components }, session, input, successor);
      isHeld = seen !== null;
      // No client is being served: another PAUSE would only prolong their wait.
      if (!seen) return;
      senders = seen;
      await Promise.all(admins.map((admin, index) => refusePaused(platform, demand(admin), poolers[index]!)));
      budget = openBudget();
      await Promise.all([
        ...poolers.map((pooler) => armPooler(platform, pooler)),
        ...routers.map((router) => armRouter(platform, router, input)),
      ]);
    },

    async prepareToFailOver(check) {
      bystanders = await promotion.prepare(check);
    },

    async pause() {
      if (!pausable || !isHeld) return;
      const waiting = withTimeLimit(
        budget.until(pauseWithinMs),
        `PAUSE of ${names(poolers)} waits for a transaction that does not end`,
        Promise.all(admins.map((admin, index) => pauseOwn(platform, demand(admin), poolers[index]!))),
      );
      // Forced: active sessions are reset when the old primary stops.
      await (input.on_obstacle === 'force' ? waiting.catch(notPaused) : waiting);
    },

    async stopOldPrimary() {
      // Sessions that bypass the poolers end with the old primary; new connections wait for the new one. In two
      // passes: a client that is disconnected at one router must not get through another, only to be disconnected again.
      await Promise.all(routerApis.map((api) => haproxy.holdConnects(demand(api), from.name, to.name)));
      await Promise.all(routerApis.map((api) => haproxy.cutWriters(demand(api), from.name)));
      const limitMs = isHeld ? budget.until(decideWithinMs) : decideWithinMs;
      if (limitMs < stopAtLeastMs)
        throw new PgrowError(
          'not_ready',
          `There is no time left to stop ${from.name} within the limit for waiting clients.`,
        );
      stopFailed = true;
      lastCheckpoint = await demand(armed).stop({
        limitMs,
        successor: successorPeer.address,
        waitedFor: senders.waitedFor,
      });
      stopFailed = false;
    },

    async proveNothingIsMissing() {
      const limitMs = isHeld ? Math.max(answerWithinMs, budget.until(decideWithinMs)) : proofWithinMs;
      await pollUntil(limitMs, `${to.name}:${ports.postgres} to replay past ${lastCheckpoint}`, async () => {
        const { lsn } = await postgres.readPosition(successor);
        return postgres.parseLsn(lsn) > postgres.parseLsn(lastCheckpoint);
      });
    },

    async promote() {
      let told = false;
      const limitMs = isHeld ? budget.until(clientsWaitAtMostMs) : promotionLimitMs;
      // If the answer was lost, only the successor shows whether the command took effect; repeating it does no harm.
      await pollUntil(limitMs, `${to.name}:${ports.postgres} to take writes`, async () => {
        if (await takesWrites(successor)) return true;
        if (!told) await promotion.promote();
        told = true;
        return false;
      });
    },

    async routeWrites() {
      // A router whose connection broke holds writes until it is switched over another; one that is gone holds none.
      await Promise.allSettled(
        routers.map(async (router, index) => {
          const telling = async () => {
            try {
              await moveWrites(demand(routerApis[index] ?? null));
            } catch {
              await session.asRouter(router, moveWrites);
            }
          };
          await withTimeLimit(answerWithinMs, `${router.name} does not answer`, telling());
          untold.delete(router);
        }),
      );
    },

    async writeThroughEveryRoute() {
      const id = `hand-over-${to.name}-${Date.now()}`;
      const probed = demand(routes);
      const probes = await Promise.allSettled(
        probed.map((route, index) =>
          pollUntil(routeWithinMs, `a write through ${route.peer.name}:${route.port}`, () =>
            session.asProbe(route, (connection) => postgres.writeProbe(connection, `${id}-${index}`)),
          ),
        ),
      );
      const failures = probes.flatMap((probe) => (probe.status === 'rejected' ? [probe.reason as Error] : []));
      // Clients wait: one dead route must not delay the others.
      if (failures.length > 0 && failures.length === probed.length) throw failures[0]!;
    },

    countWaiting: () => countWaiting(poolers, admins),

    async resume() {
      try {
        const resumed = Promise.all(admins.map((admin) => demand(admin).resume()));
        await withTimeLimit(answerWithinMs, `RESUME is not answered by ${names(poolers)}`, resumed);
        // Clients are served again: disarming the dead-man does not count as stall.
        disarmed = disarm(platform, poolers);
      } catch {
        await releasePoolers(platform, poolers);
      }
    },

    async settle() {
      const tell = (nodes: readonly Node[], what: typeof moveWrites) => commandRouters(platform, session, nodes, what);
      const [, lost] = await Promise.all([promotion.settle(), tell([...untold], moveWrites)]);
      const reached = routers.filter((router) => !lost.includes(router));
      const unchecked = await tell(reached, checkWrites);
      await disarm(
        platform,
        reached.filter((router) => !unchecked.includes(router)),
      );
      return [...lost, ...unchecked];
    },

    hasStopFailed: () => stopFailed,
    leftOut: () => ({ senders, bystanders }),

    async close() {
      await disarmed;
      ways.close();
    },
  };
};

const names = (poolers: CutOver['poolers']): string => poolers.map(({ name }) => `${name}:${ports.pooled}`).join(', ');
