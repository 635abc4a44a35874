import { messageOf, PgrowError, withoutStop } from '../domain/errors.ts';
import {
  answerWithinMs,
  clientsWaitAtMostMs,
  decideWithinMs,
  pauseWithinMs,
  routeWithinMs,
} from '../domain/hand-over-limits.ts';
import { ports } from '../domain/naming.ts';
import { runsWith } from '../domain/server-shape.ts';
import { replayNeeds } from '../domain/settings.ts';
import type { Actions, RestartHeld } from '../domain/step-actions.ts';
import type { Node } from '../domain/topology.ts';
import type { PoolerAdmin } from '../components/pgbouncer/index.ts';
import { armPooler, armRouter, disarm, releasePoolers } from '../nodes/dead-man.ts';
import { openBudget, pollUntil, withTimeLimit } from '../nodes/deadlines.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { lastWords } from '../nodes/last-words.ts';
import { restartServer } from '../nodes/server-control.ts';
import { openSession, type Session } from '../nodes/session.ts';
import { commandRouters } from './command-routers.ts';
import { createHandOverClock, recordHandOver, type HandOverClock } from './hand-over-clock.ts';
import { restartIfExited } from './exited-nodes.ts';
import { pauseOwn, refusePaused } from './pause-poolers.ts';
import { makeReadyToRestart } from './ready-to-restart.ts';
import type { Action, ActionStep } from './step-activity.ts';
import { waitUntil } from './wait-until.ts';

interface Needs {
  /** Gives a node its files and lets it read them again. */
  readonly configure: (configured: Actions['configureNode'], step: ActionStep) => Promise<unknown>;
}

/**
 * A restart of the server that takes writes. Clients of poolers wait behind them, and new connections in the routers, under
 * the dead-man timers of a hand-over; what has happened is read from the server, never remembered.
 */
export const restartHeldAction = (dependencies: Dependencies, { configure }: Needs) => {
  const { platform, components } = dependencies;
  const { postgres, haproxy } = components;

  const restartHeld: Action<'restartHeld'> = async (input, step) => {
    const { node, config, poolers, routers } = input;
    const session = await openSession(dependencies, step.database);
    if (await follows(session, node)) return leaveToAnother(session, input, step);
    await configure({ node, config }, step);
    const clock = createHandOverClock();
    const pending = await isPending(session, node);
    if (pending) {
      await makeReadyToRestart(dependencies, session, node, step);
      await whileClientsWait(session, input, clock)
        .catch((error: unknown) => finishLate(session, node, step, error))
        .catch(onlyForwardIf(step.committed === true));
    } else {
      // An attempt before this one may have ended between the restart and the release.
      await releasePoolers(platform, poolers);
    }
    const stall_ms = pending ? Math.round(clock.elapsed()) : 0;
    const lost = await commandRouters(platform, session, routers, (api) => haproxy.letWritesThrough(api, node.name));
    await disarm(
      platform,
      routers.filter((router) => !lost.includes(router)),
    );
    // What is on record of the hand-over before it stays.
    const recorded = (await dependencies.store.readOperation(step.operation))?.hand_over;
    if (!recorded) await recordHandOver(dependencies, step, await clock.read());
    return { stall_ms };
  };

  const follows = (session: Session, node: Node): Promise<boolean> => session.asSuperuser(node, postgres.isReplica);

  /** A failover has come in between: what is held and restarted is the server that takes writes, and no other. */
  const leaveToAnother = async (session: Session, { node, config }: RestartHeld, step: ActionStep): Promise<void> => {
    if (step.direction === 'run')
      throw new PgrowError(
        'refused',
        `${node.name} takes no writes by now, so it is not restarted. See ./pgrow status ${session.database.name}, and try again.`,
      );
    await configure({ node, config }, step);
    await restartServer(platform, node);
  };

  /** Whether it runs with something else than it would after a restart. Patroni gives its server some settings on its command line. */
  const isPending = async (session: Session, node: Node): Promise<boolean> => {
    const wanted = runsWith(node, session.database.settings ?? {});
    return session.asSuperuser(node, async (connection) => {
      const { running } = await postgres.readServerSettings(connection);
      if (replayNeeds.some((name) => running[name] !== wanted[name])) return true;
      const pending = await postgres.readPendingRestart(connection, Object.keys(node.chosen_settings ?? {}));
      return pending.length > 0;
    });
  };

  const whileClientsWait = async (session: Session, input: RestartHeld, clock: HandOverClock): Promise<void> => {
    const { node, poolers, routers } = input;
    const pausable = session.database.topology.pooling?.pool_mode !== 'session';
    const admins = await Promise.all(poolers.map((pooler) => session.connectPooler(pooler, ports.pooled)));
    let begun = false;
    try {
      await Promise.all(admins.map((admin, index) => refusePaused(platform, admin, poolers[index]!)));
      const budget = openBudget();
      await Promise.all([
        ...poolers.map((pooler) => armPooler(platform, pooler)),
        ...routers.map((router) => armRouter(platform, router, { from: node, to: node })),
      ]);
      clock.start();
      if (pausable)
        await withTimeLimit(
          budget.until(pauseWithinMs),
          `PAUSE of ${poolers.map(({ name }) => name).join(', ')} waits for a transaction that does not end`,
          Promise.all(admins.map((admin, index) => pauseOwn(platform, admin, poolers[index]!))),
        );
      await eachRouter(session, routers, (api) => haproxy.holdWrites(api, node.name));
      begun = true;
      await restartServer(platform, node, Math.ceil(budget.until(decideWithinMs) / 1000));
      clock.mark('stopped_ms');
      await pollUntil(budget.until(clientsWaitAtMostMs), `${node.name}:${ports.postgres} to take writes`, () =>
        session.asSuperuser(node, async (connection) => !(await postgres.isReplica(connection))).catch(() => false),
      );
      clock.mark('promoted_ms');
      await eachRouter(session, routers, (api) => haproxy.letWritesThrough(api, node.name));
      clock.mark('routed_ms');
      await writeThrough(session, node, routers);
      clock.mark('probed_ms');
      await resume(admins, poolers);
      clock.mark('resumed_ms');
    } catch (error) {
      // Whatever has become of the server, no client waits for it any longer.
      await eachRouter(session, routers, (api) => haproxy.letWritesThrough(api, node.name)).catch(() => undefined);
      await releasePoolers(platform, poolers);
      if (begun) throw error;
      throw new PgrowError('handed_back', `The restart was called off and ${node.name} serves on: ${messageOf(error)}`);
    } finally {
      for (const admin of admins) Promise.resolve(admin.end()).catch(() => undefined);
    }
  };

  /** Clients are let go by then. What is only late is waited for; what was not restarted after all is begun once more. */
  const finishLate = async (session: Session, node: Node, step: ActionStep, cause: unknown): Promise<void> => {
    if (cause instanceof PgrowError && cause.code === 'handed_back') throw cause;
    const keep = restartIfExited(platform, step);
    await waitUntil({
      for: `${node.name}:${ports.postgres} to take writes again`,
      step,
      look: async () => {
        await keep(node);
        const replica = await session.asSuperuser(node, postgres.isReplica);
        return replica ? { observed: `${node.name} takes no writes` } : { found: true };
      },
    }).catch(async (error: unknown) => {
      if (!(error instanceof PgrowError) || error.code !== 'not_ready') throw error;
      const log = await lastWords(platform, node.container, logLines).catch(() => '');
      const says = log === '' ? error.message : log.trim();
      throw new PgrowError('node_failed', `${node.name} takes no writes after its restart: ${withoutStop(says)}.`, {
        cause: error,
      });
    });
    if (await isPending(session, node)) throw cause;
  };

  const eachRouter = async (
    session: Session,
    routers: readonly Node[],
    tell: Parameters<typeof commandRouters>[3],
  ): Promise<void> => {
    await Promise.all(
      routers.map((router) =>
        withTimeLimit(answerWithinMs, `${router.name} does not answer`, session.asRouter(router, tell)),
      ),
    );
  };

  const writeThrough = async (session: Session, node: Node, routers: readonly Node[]): Promise<void> => {
    const ways =
      routers.length === 0
        ? [{ at: node, port: ports.postgres }]
        : routers.map((at) => ({ at, port: ports.readWrite }));
    const id = `restart-${node.name}-${Date.now()}`;
    await Promise.all(
      ways.map(async ({ at, port }, index) => {
        const peer = await session.peer(at);
        await pollUntil(routeWithinMs, `a write through ${at.name}:${port}`, () =>
          session.asProbe({ peer, port }, (connection) => postgres.writeProbe(connection, `${id}-${index}`)),
        );
      }),
    );
  };

  const resume = async (admins: readonly PoolerAdmin[], poolers: readonly Node[]): Promise<void> => {
    try {
      const resumed = Promise.all(admins.map((admin) => admin.resume()));
      await withTimeLimit(
        answerWithinMs,
        `RESUME is not answered by ${poolers.map(({ name }) => name).join(', ')}`,
        resumed,
      );
      await disarm(platform, poolers);
    } catch {
      await releasePoolers(platform, poolers);
    }
  };

  return { restartHeld };
};

const logLines = 5;

/** Past the point of no return it is tried again where it is, and what went before is not undone. */
const onlyForwardIf =
  (committed: boolean) =>
  (error: unknown): never => {
    if (!committed || !(error instanceof PgrowError) || error.code !== 'handed_back') throw error;
    throw new PgrowError('not_ready', error.message, { cause: error });
  };
