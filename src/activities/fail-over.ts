import { isSilence, messageOf, PgrowError, withoutStop } from '../domain/errors.ts';
import { hasExited } from '../domain/exit-evidence.ts';
import type { FailOver } from '../domain/step-actions.ts';
import type { Node } from '../domain/topology.ts';
import { withTimeLimit } from '../nodes/deadlines.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { takesWrites } from '../nodes/has-stayed.ts';
import { openClientHold, type ClientHold } from '../nodes/hold-clients.ts';
import { openLeaderLock } from '../nodes/leader-lock.ts';
import { fence, killServer } from '../nodes/server-control.ts';
import { openSession, type Session } from '../nodes/session.ts';
import { noteOf } from './bystanders.ts';
import { openHandOver, type HandOver } from './hand-over.ts';
import { createHandOverClock, recordHandOver, type HandOverClock } from './hand-over-clock.ts';
import { resumePatroni } from './promotion.ts';
import type { Action } from './step-activity.ts';

/** Milliseconds that a server has to say whether it takes writes. One that says nothing has been confirmed as lost. */
const roleWithinMs = 5000;

/** An unplanned change of primary, on an operator's order: what the monitor does for a leader that has exited. */
export const failOverActions = (dependencies: Dependencies) => {
  const { platform } = dependencies;

  const preflightFailOver: Action<'preflightFailOver'> = async (input, step) => {
    const session = await openSession(dependencies, step.database);
    const { from, to } = input;
    if (await takesWrites(dependencies, session, to)) throw changed(`${to.name} takes writes already`);
    if ((await platform.inspectContainer(from.container)) === null)
      throw changed(`${from.name} has no container any more, which does not show that it has exited`);
    await refuseChanged(session, input);
  };

  /**
   * Begins wherever an interrupted attempt left off: what has happened is read from servers and engine. Until the old primary
   * is killed it can be called off, from then on it only goes forward.
   */
  const failOver: Action<'failOver'> = async (input, step) => {
    const session = await openSession(dependencies, step.database);
    const handOver = await openWhileItLives(session, input);
    const clients = await openClientHold(dependencies, session, input.poolers);
    const clock = createHandOverClock();
    const began = performance.now();
    try {
      // It was promoted by an attempt before, or elected meanwhile: the old primary goes in either case.
      if (await successorTakesWrites(session, input, handOver)) await onlyForward(() => end(input.from));
      else await replace({ session, input, handOver, clients, clock });
      await onlyForward(async () => {
        await handOver.routeWrites();
        clock.mark('routed_ms');
        await handOver.writeThroughEveryRoute();
        clock.mark('probed_ms');
        await clients.release();
        clock.mark('resumed_ms');
      });
      const stall = Math.round(performance.now() - began);
      await onlyForward(async () => {
        const routers = await handOver.settle();
        await resumePatroni(session, input);
        step.note(noteOf(`${input.to.name} has taken over`, { ...handOver.leftOut(), routers }));
      });
      await recordHandOver(dependencies, step, await clock.read());
      return { stall_ms: stall };
    } finally {
      await clients.release();
      clients.close();
      await handOver.close();
    }
  };

  interface Scene {
    readonly session: Session;
    readonly input: FailOver;
    readonly handOver: HandOver;
    readonly clients: ClientHold;
    readonly clock: HandOverClock;
  }

  const replace = async ({ session, input, handOver, clients, clock }: Scene): Promise<void> => {
    const { from } = input;
    await handOver
      .prepareToFailOver(() => refuseChanged(session, input))
      .catch((error: unknown) => callOffWhileItLives(session, input, error));
    // What is under way on the old primary fails with it; clients that connect meanwhile wait for the new one.
    clock.start();
    clients.hold();
    await onlyForward(async () => {
      await end(from);
      clock.mark('stopped_ms');
      await handOver.promote();
      clock.mark('promoted_ms');
    });
  };

  const end = async (from: Node): Promise<void> => {
    await killServer(platform, from);
    // The engine does not restart a container that it has killed on request. If anything else starts it, the fence keeps the server down.
    await fence(platform, from);
  };

  const openWhileItLives = (session: Session, input: FailOver): Promise<HandOver> =>
    openHandOver({ dependencies, session, input: { ...input, poolers: [] }, stops: false }).catch((error: unknown) =>
      callOffWhileItLives(session, input, error),
    );

  const successorTakesWrites = (session: Session, input: FailOver, handOver: HandOver): Promise<boolean> =>
    handOver.successorTakesWrites().catch((error: unknown) => callOffWhileItLives(session, input, error));

  /** Once the old primary has exited the successor is waited for: it may have been promoted. */
  const callOffWhileItLives = async (session: Session, input: FailOver, cause: unknown): Promise<never> => {
    const state = await platform.inspectContainer(input.from.container);
    if (!hasExited(state, 'nothing reported')) return callOff(session, input, cause);
    throw isSilence(cause) ? new PgrowError('no_answer', messageOf(cause), { cause }) : cause;
  };

  const callOff = async (session: Session, input: FailOver, cause: unknown): Promise<never> => {
    await resumePatroni(session, input).catch((error: unknown) => {
      throw new PgrowError('no_answer', `${messageOf(cause)} ${messageOf(error)}`, { cause: error });
    });
    throw new PgrowError('handed_back', `The failover was called off, and nothing was promoted: ${messageOf(cause)}`);
  };

  /** The loss was confirmed by what could be seen then. */
  const refuseChanged = async (session: Session, input: FailOver): Promise<void> => {
    const { from, to, others, takes_writes, promotion } = input;
    const writes = (node: Node) =>
      withTimeLimit(roleWithinMs, `${node.name} is silent`, takesWrites(dependencies, session, node)).catch(
        () => false,
      );
    const [again, ...rest] = await Promise.all([from, ...others].map(writes));
    const other = others.find((_, index) => rest[index]);
    if (other) throw changed(`${other.name} takes writes by now`);
    if (again && !takes_writes) throw changed(`${from.name} takes writes again`);
    // One that Patroni has elected is a replica until it is through with that.
    const elected = promotion === 'member' ? await (await openLeaderLock(session)).holder() : null;
    if (elected !== null && elected !== from.name && elected !== to.name)
      throw changed(`${elected} has been elected by now`);
  };

  return { preflightFailOver, failOver };
};

const changed = (fact: string): PgrowError =>
  new PgrowError(
    'refused',
    `${fact}, which is not what was confirmed. Repeat the request to see what would be lost now.`,
  );

/** Nothing is undone any more, so a failure is worth another attempt. */
const onlyForward = async (move: () => Promise<void>): Promise<void> => {
  try {
    await move();
  } catch (error) {
    if (error instanceof PgrowError && !isSilence(error)) throw error;
    throw new PgrowError('no_answer', withoutStop(messageOf(error)), { cause: error });
  }
};
