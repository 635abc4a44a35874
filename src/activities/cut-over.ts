import { setTimeout as delay } from 'node:timers/promises';
import { attachmentOf } from '../domain/container-spec.ts';
import type { Actions, CutOver } from '../domain/step-actions.ts';
import { isSilence, messageOf, PgrowError, type ErrorCode, withoutStop } from '../domain/errors.ts';
import type { Database } from '../domain/database.ts';
import { ports } from '../domain/naming.ts';
import type { Node } from '../domain/topology.ts';
import { createEscalation } from './escalation.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { restartIfExited } from './exited-nodes.ts';
import { noteOf } from './bystanders.ts';
import { handBack } from './hand-back.ts';
import { openHandOver, type HandOver } from './hand-over.ts';
import { createHandOverClock, recordHandOver, type HandOverClock } from './hand-over-clock.ts';
import { obstacleTo } from './hand-over-obstacles.ts';
import { nodeFiles } from '../nodes/node-files.ts';
import { startSuccessor, tellPatroni } from './promotion.ts';
import { unfence } from '../nodes/server-control.ts';
import { openSession, type Session } from '../nodes/session.ts';
import { restoreStandbyLeader } from './standby-leader.ts';
import type { Action, ActionStep } from './step-activity.ts';
import { waitUntil, type Observation } from './wait-until.ts';

export const cutOverActions = (dependencies: Dependencies) => {
  const { components, platform } = dependencies;

  const preflightCutOver: Action<'preflightCutOver'> = async (input, step) => {
    const session = await openSession(dependencies, step.database);
    const silence = createEscalation([], step.patience_seconds);
    const keep = restartIfExited(platform, step);
    const otherLeader = restoreStandbyLeader(session, input, step);
    const { from, to, poolers, routers } = input;
    await waitUntil({
      for: `a good moment to hand over to ${to.name}`,
      step,
      look: async () => {
        // Other members do not count: a broken one does not prevent a hand-over between two healthy ones.
        await keep(from, to, ...poolers, ...routers);
        const obstacle = await obstacleTo({ components, session, input, otherLeader });
        if (!obstacle) return { found: true };
        const { remaining } = obstacle;
        // A single refused connection is no reason to refuse; silence for a while is.
        const mayPass = obstacle.mended || (obstacle.silent && silence.faultSeen() === 'wait');
        if (mayPass || input.on_obstacle !== 'refuse')
          return { observed: obstacle.says, ...(remaining === undefined ? {} : { remaining }) };
        throw new PgrowError(
          'refused',
          `${withoutStop(obstacle.says)}. To wait for a better moment: --wait; to accept resets: --force`,
        );
      },
    });
  };

  /**
   * PAUSE to RESUME in one piece. Begins wherever an interrupted attempt left off: what has happened is read from the
   * servers, never remembered.
   */
  const cutOver: Action<'cutOver'> = async (input, step) => {
    const session = await openSession(dependencies, step.database);
    const handOver = await openStarted(session, input).catch((error: unknown) => callOff(session, input, error));
    try {
      const clock = createHandOverClock();
      if (!(await handOver.successorTakesWrites())) {
        try {
          await handOver.prepare();
          clock.start();
          await handOver.pause();
          await handOver.stopOldPrimary();
          clock.mark('stopped_ms');
          await handOver.proveNothingIsMissing();
          clock.mark('proven_ms');
        } catch (error) {
          await callOff(session, input, error, handOver.hasStopFailed());
        }
      }
      await onlyForward(() => finish(handOver, clock));
      const stall = Math.round(clock.elapsed());
      const done = `handed over, writes held for ${stall} ms`;
      step.note(noteOf(done, handOver.leftOut()));
      await onlyForward(async () => {
        const routers = await handOver.settle();
        if (routers.length > 0) step.note(noteOf(done, { ...handOver.leftOut(), routers }));
      });
      await recordHandOver(dependencies, step, await clock.read());
      return { stall_ms: stall };
    } finally {
      await handOver.close();
    }
  };

  /** The previous attempt may have been interrupted by the same fault that took the servers down. */
  const openStarted = async (session: Session, input: CutOver): Promise<HandOver> => {
    const open = () => openHandOver({ dependencies, session, input });
    try {
      return await open();
    } catch (error) {
      if (isSilence(error) && (await startSuccessor(session, input).catch(() => false))) return open();
      throw error;
    }
  };

  /** `stopFailed`: clients have waited for a stop in vain. They are not made to wait for another one. */
  const callOff = async (session: Session, input: CutOver, cause: unknown, stopFailed = false): Promise<never> => {
    const deadline = performance.now() + servesAgainWithinMs;
    for (;;) {
      try {
        await handBack({ dependencies, session, input });
        break;
      } catch (error) {
        if (!isSilence(error)) throw error;
        // Another attempt would not know that clients have already waited for a stop, and would stop it again.
        if (!stopFailed || performance.now() > deadline)
          throw new PgrowError('no_answer', `${messageOf(cause)} ${messageOf(error)}`, { cause: error });
        await delay(handBackEveryMs);
      }
    }
    throw new PgrowError(
      stopFailed ? 'called_off' : 'handed_back',
      `The cut-over was called off and ${input.from.name} serves again: ${messageOf(cause)}`,
    );
  };

  const finish = async (handOver: HandOver, { mark, count }: HandOverClock): Promise<void> => {
    await handOver.promote();
    mark('promoted_ms');
    await handOver.routeWrites();
    mark('routed_ms');
    count(handOver.countWaiting());
    await handOver.writeThroughEveryRoute();
    mark('probed_ms');
    await handOver.resume();
    mark('resumed_ms');
  };

  /** After the promotion the only way is forward: a failure may go away when it is retried. */
  const onlyForward = async (move: () => Promise<void>): Promise<void> => {
    try {
      await move();
    } catch (error) {
      // Each of these has its own patience.
      if (error instanceof PgrowError && waitedFor.includes(error.code)) throw error;
      throw new PgrowError('internal', messageOf(error), { cause: error });
    }
  };

  const followNewPrimary: Action<'followNewPrimary'> = async ({ old, members, obsolete_slots }, step) => {
    const session = await openSession(dependencies, step.database);
    await dependencies.platform.startContainer(old.node.container);
    await handOverFiles(session, old, step.attempt);
    await unfence(platform, old.node);
    const keep = restartIfExited(platform, step);
    await waitUntil({
      for: `${old.node.name} to follow the new primary on port ${ports.postgres}`,
      step,
      look: async () => {
        await keep(old.node);
        for (const member of members) {
          const replicas = await session.asSuperuser(member, components.postgres.readReplication);
          const follower = replicas.find((replica) => replica.name === old.node.name);
          if (follower?.state === 'streaming') return { found: true };
        }
        return { observed: `${old.node.name} does not stream from ${members.map((member) => member.name).join(', ')}` };
      },
    });
    for (const slot of obsolete_slots) {
      await session.asSuperuser(old.node, (c) => components.postgres.dropReplicationSlot(c, slot));
    }
  };

  const rejoinCluster: Action<'rejoinCluster'> = async ({ old, leader, members, can_do_without }, step) => {
    const session = await openSession(dependencies, step.database);
    if (can_do_without) return comeBackIfItCan({ old, leader, members }, session, step);
    await platform.startContainer(old.container);
    await unfence(platform, old);
    await tellPatroni(session, { members }, { pause: null });
    const keep = restartIfExited(platform, step);
    await waitUntil({
      for: `${old.name} to follow ${leader.name}:${ports.postgres}`,
      step,
      look: async () => {
        await keep(old);
        return follows(session, old, leader);
      },
    });
  };

  const follows = async (session: Session, { name }: Node, leader: Node): Promise<Observation<true>> => {
    const replicas = await session.asSuperuser(leader, components.postgres.readReplication);
    const follower = replicas.find((replica) => replica.name === name);
    if (follower?.state === 'streaming') return { found: true };
    return { observed: `${name} does not stream from ${leader.name}:${ports.postgres}` };
  };

  /** Of a member that was killed, whatever was wrong with it: the others are watched over again at once, and do without it. */
  const comeBackIfItCan = async (
    { old, leader, members }: Omit<Actions['rejoinCluster'], 'can_do_without'>,
    session: Session,
    step: ActionStep,
  ): Promise<void> => {
    const { database } = session;
    await tellPatroni(session, { members }, { pause: null });
    const patient = { ...step, patience_seconds: Math.min(step.patience_seconds, returnWithinSeconds) };
    const keep = restartIfExited(platform, patient);
    let isFree = false;
    try {
      await platform.startContainer(old.container);
      await waitUntil({
        for: `${old.name} to follow ${leader.name}:${ports.postgres}`,
        step: patient,
        look: async () => {
          await keep(old);
          if (!isFree) await free(database, old);
          isFree = true;
          return follows(session, old, leader);
        },
      });
    } catch (error) {
      if (!(error instanceof PgrowError) || (error.code !== 'not_ready' && error.code !== 'node_failed')) throw error;
      const { name } = old;
      const says = withoutStop(error.message);
      step.remark(name, `${name} was left aside: ${says}. Rebuild it: ./pgrow reinit ${database.name} ${name}`);
    }
  };

  /** It may have been cut off, and it was fenced. */
  const free = async (database: Database, old: Node): Promise<void> => {
    if ((await platform.inspectContainer(old.container))?.address === null)
      await platform.joinNetworks(attachmentOf(database, old));
    await unfence(platform, old);
  };

  const handOverFiles = async (session: Session, old: Parameters<typeof nodeFiles>[2], attempt: number) => {
    await platform.putFiles(old.node.container, nodeFiles(components, session, old, { gateway: '', attempt }));
  };

  return { preflightCutOver, cutOver, followNewPrimary, rejoinCluster };
};

/** For a member that was killed to follow, by pg_rewind where it has to. */
const returnWithinSeconds = 120;

/** Milliseconds for a server whose stop had to be forced: it recovers first. */
const servesAgainWithinMs = 300_000;
const handBackEveryMs = 200;

const waitedFor: readonly ErrorCode[] = ['no_answer', 'docker_unavailable', 'metadata_unavailable'];
