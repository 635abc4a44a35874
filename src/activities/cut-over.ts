import { setTimeout as delay } from 'node:timers/promises';
import type { CutOver } from '../domain/actions.ts';
import { applicationName } from '../domain/database.ts';
import { isSilence, messageOf, PgrowError, type ErrorCode } from '../domain/errors.ts';
import { ports } from '../domain/naming.ts';
import { whyPaused } from '../domain/paused-replay.ts';
import { followFault } from './course.ts';
import type { Dependencies } from './dependencies.ts';
import { keepRunning } from './exited-nodes.ts';
import { noteOf } from './bystanders.ts';
import { handBack } from './hand-back.ts';
import { openHandOver, type HandOver } from './hand-over.ts';
import { nodeFiles } from './node-files.ts';
import { startSuccessor, tellPatroni } from './promotion.ts';
import { openSession, type Session } from './session.ts';
import { leadAgain } from './standby-leader.ts';
import type { Action } from './step-activity.ts';
import { waitUntil, withoutStop } from './wait-until.ts';

/** A transaction open for longer than this makes PAUSE wait, and every client with it. Seconds. */
const longTransactionSeconds = 2;

export const cutOverActions = (dependencies: Dependencies) => {
  const { components, platform } = dependencies;

  const preflightCutOver: Action<'preflightCutOver'> = async (input, step) => {
    const session = await openSession(dependencies, step.database);
    const silence = followFault([], step.patience_seconds);
    const keep = keepRunning(platform, step);
    const otherLeader = leadAgain(session, input, step);
    const { from, to, poolers, routers } = input;
    await waitUntil({
      for: `a good moment to hand over to ${to.name}`,
      step,
      look: async () => {
        // Not other members: one that is broken is no reason against a hand-over between two that are not.
        await keep(from, to, ...poolers, ...routers);
        if ((await session.asSuperuser(from, components.postgres.readPosition)).in_recovery)
          throw new PgrowError('refused', `${from.name} takes no writes: it is in recovery.`);
        const led = await otherLeader();
        if (led) return { observed: led };
        const obstacle = await obstacleTo(session, input);
        if (!obstacle) return { found: true };
        const { remaining } = obstacle;
        // One refused connection is no reason to refuse, being silent for a while is.
        const mayPass = obstacle.silent && silence.seen() === 'wait';
        if (mayPass || input.on_obstacle !== 'refuse')
          return { observed: obstacle.says, ...(remaining === undefined ? {} : { remaining }) };
        throw new PgrowError(
          'refused',
          `${withoutStop(obstacle.says)}. To wait for a better moment: --wait; to accept resets: --force`,
        );
      },
    });
  };

  const obstacleTo = async (
    session: Session,
    { from, to, promotion, on_obstacle }: CutOver,
  ): Promise<Obstacle | null> => {
    const { postgres } = components;
    const replicas = await session.asSuperuser(from, postgres.readReplication);
    const successor = replicas.find((replica) => replica.name === to.name);
    if (successor?.state !== 'streaming')
      return { says: `${to.name} does not stream from ${from.name}:${ports.postgres}` };
    if (successor.lag_bytes > lagLimitBytes)
      return { says: `${to.name} is ${successor.lag_bytes} bytes behind`, remaining: successor.lag_bytes };
    const { paused, limits } = await session.asSuperuser(to, postgres.readReplay);
    if (paused) {
      const primary = { name: from.name, limits: (await session.asSuperuser(from, postgres.readReplay)).limits };
      return { says: whyPaused(session.database.name, { name: to.name, limits }, primary) };
    }
    const confirming = replicas.filter(({ sync_state }) => confirmingStates.includes(sync_state));
    if (promotion === 'member' && confirming.length > 0 && !confirming.includes(successor))
      return { says: `commits are confirmed by ${confirming.map(({ name }) => name).join(', ')}, not by ${to.name}` };
    const locked = (
      await session.asSuperuserIn(from, applicationName(session.database.name), postgres.readPreparedTransactions)
    ).find(({ locks_probe }) => locks_probe);
    if (locked)
      return {
        says: `prepared transaction ${locked.gid} of ${locked.owner} keeps pgrow.probe locked, with which writes are tried`,
      };
    const unready = (await unwritable(session, from)) ?? (await unreadyLogin(session, to));
    if (unready) return unready;
    if (on_obstacle === 'force') return null;
    const [backup] = await session.asSuperuser(from, postgres.readBaseBackups);
    if (backup)
      return {
        says: `a base backup of ${from.name} is under way, which its stop would end: ${backup.name} from ${backup.address ?? 'its socket'} (pid ${backup.pid})`,
      };
    const long = await session.asSuperuser(from, (c) => postgres.readLongTransactions(c, longTransactionSeconds));
    const [first] = long;
    if (!first) return null;
    return { says: `${first.user} has a transaction open for ${first.seconds.toFixed(0)} s (pid ${first.pid})` };
  };

  /** What is found out here is not found out after the promotion, while clients wait. */
  const unwritable = async (session: Session, from: CutOver['from']): Promise<Obstacle | null> => {
    const { ensureProbe, writeProbe, forgetProbe } = components.postgres;
    const write = async () => {
      const at = { host: await session.addressOf(from), port: ports.postgres };
      const id = `preflight-${from.name}-${Date.now()}`;
      await session.asProbe(at, async (connection) => {
        await writeProbe(connection, id);
        await forgetProbe(connection, id);
      });
    };
    const mend = () => session.asSuperuserIn(from, applicationName(session.database.name), ensureProbe);
    try {
      await write().catch(async () => {
        await mend();
        await write();
      });
      return null;
    } catch (error) {
      const silent = error instanceof PgrowError && error.code === 'no_answer';
      return { says: `pgrow cannot write a probe to ${from.name}: ${messageOf(error)}`, silent };
    }
  };

  /** Whoever waits behind a pooler is sent to the successor: it has to let the application in. */
  const unreadyLogin = async (session: Session, to: CutOver['to']): Promise<Obstacle | null> => {
    try {
      const at = { host: await session.addressOf(to), port: ports.postgres };
      await session.asProbe(at, (connection) => connection.query('SELECT 1'));
      return null;
    } catch (error) {
      const silent = error instanceof PgrowError && error.code === 'no_answer';
      return { says: `pgrow cannot log in to ${to.name}: ${messageOf(error)}`, silent };
    }
  };

  /**
   * PAUSE to RESUME in one piece. Begins wherever an interrupted attempt left off: what has happened is read from the
   * servers, never remembered.
   */
  const cutOver: Action<'cutOver'> = async (input, step) => {
    const session = await openSession(dependencies, step.database);
    const handOver = await openStarted(session, input).catch((error: unknown) => callOff(session, input, error));
    try {
      let began = performance.now();
      if (!(await handOver.successorTakesWrites())) {
        try {
          await handOver.prepare();
          began = performance.now();
          await handOver.pause();
          await handOver.stopOldPrimary();
          await handOver.proveNothingIsMissing();
        } catch (error) {
          await callOff(session, input, error, handOver.hasStopFailed());
        }
      }
      await onlyForward(() => finish(handOver));
      const stall = Math.round(performance.now() - began);
      const done = `handed over, writes held for ${stall} ms`;
      step.note(noteOf(done, handOver.leftOut()));
      await onlyForward(async () => {
        const routers = await handOver.settle();
        if (routers.length > 0) step.note(noteOf(done, { ...handOver.leftOut(), routers }));
      });
      return { stall_ms: stall };
    } finally {
      await handOver.close();
    }
  };

  /** An attempt before this one may have been interrupted by whatever took the servers down as well. */
  const openStarted = async (session: Session, input: CutOver): Promise<HandOver> => {
    const open = () => openHandOver({ dependencies, session, input });
    try {
      return await open();
    } catch (error) {
      if (isSilence(error) && (await startSuccessor(session, input).catch(() => false))) return open();
      throw error;
    }
  };

  /** `stopFailed`: clients have waited for a stop in vain. Once is enough: they are not asked to wait for it again. */
  const callOff = async (session: Session, input: CutOver, cause: unknown, stopFailed = false): Promise<never> => {
    const deadline = performance.now() + servesAgainWithinMs;
    for (;;) {
      try {
        await handBack({ dependencies, session, input });
        break;
      } catch (error) {
        if (!isSilence(error)) throw error;
        // Another attempt would not know that clients have waited for a stop already, and would stop it once more.
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

  const finish = async (handOver: HandOver): Promise<void> => {
    await handOver.promote();
    await handOver.routeWrites();
    await handOver.writeThroughEveryRoute();
    await handOver.resume();
  };

  /** Past the promotion there is no other way: whatever fails may pass when it is tried again. */
  const onlyForward = async (move: () => Promise<void>): Promise<void> => {
    try {
      await move();
    } catch (error) {
      // With the patience that each of these has anyway.
      if (error instanceof PgrowError && waitedFor.includes(error.code)) throw error;
      throw new PgrowError('internal', messageOf(error), { cause: error });
    }
  };

  const followNewPrimary: Action<'followNewPrimary'> = async ({ old, members, obsolete_slots }, step) => {
    const session = await openSession(dependencies, step.database);
    await dependencies.platform.startContainer(old.node.container);
    await handOverFiles(session, old, step.attempt);
    await platform.exec(old.node.container, ['pgrow-unfence']);
    const keep = keepRunning(platform, step);
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

  const rejoinCluster: Action<'rejoinCluster'> = async ({ old, leader, members }, step) => {
    const session = await openSession(dependencies, step.database);
    await platform.startContainer(old.container);
    await platform.exec(old.container, ['pgrow-unfence']);
    await tellPatroni(session, { members }, { pause: null });
    const keep = keepRunning(platform, step);
    await waitUntil({
      for: `${old.name} to follow ${leader.name}:${ports.postgres}`,
      step,
      look: async () => {
        await keep(old);
        const replicas = await session.asSuperuser(leader, components.postgres.readReplication);
        const follower = replicas.find((replica) => replica.name === old.name);
        if (follower?.state === 'streaming') return { found: true };
        return { observed: `${old.name} does not stream from ${leader.name}:${ports.postgres}` };
      },
    });
  };

  const handOverFiles = async (session: Session, old: Parameters<typeof nodeFiles>[2], attempt: number) => {
    await platform.putFiles(old.node.container, nodeFiles(components, session, old, { gateway: '', attempt }));
  };

  return { preflightCutOver, cutOver, followNewPrimary, rejoinCluster };
};

/** Milliseconds for a server whose stop had to be forced: it recovers first. */
const servesAgainWithinMs = 300_000;
const handBackEveryMs = 200;

/** What makes it a bad moment. */
interface Obstacle {
  readonly says: string;
  /** Bytes, where it gets smaller by itself. */
  readonly remaining?: number;
  /** Whether nothing answers there. */
  readonly silent?: boolean;
}

/** In pg_stat_replication, of those for whom a commit waits. */
const confirmingStates: readonly string[] = ['sync', 'quorum'];

const waitedFor: readonly ErrorCode[] = ['no_answer', 'docker_unavailable', 'metadata_unavailable'];

/** A successor further behind than this would make the stall long. Bytes. */
const lagLimitBytes = 1_048_576;
