import type { Node } from '../domain/topology.ts';
import type { NodeDependencies } from '../nodes/dependencies.ts';
import type { Session } from '../nodes/session.ts';
import { pollUntil } from '../nodes/deadlines.ts';

/**
 * Keeps a member that takes no part in a hand-over from being a primary, now or when it wakes up. A member that led when it
 * was frozen wakes up as a primary, and a paused Patroni lets it stay one ("continue to run as primary without lock"). As soon
 * as the hand-over frees the lock, it would take it, whatever its timeline (Patroni, ha.py, `is_healthiest_node`), and routers
 * would lead clients to it. After a kill it comes back without a server, because a paused Patroni starts none.
 * @returns whether it was killed; also false if it did not report its role in time
 */
export const fenceFormerLeader = async (
  { platform, components }: NodeDependencies,
  session: Session,
  member: Node,
  limitMs: number,
): Promise<boolean> => {
  const { name, container } = member;
  let killedRun: string | null = null;
  const isHarmless = async (): Promise<boolean> => {
    const state = await platform.inspectContainer(container);
    if (!state) return true;
    if (killedRun !== null) {
      if (state.running) return state.startedAt !== killedRun;
      // After a kill the engine does not restart the container.
      await platform.startContainer(container);
      return true;
    }
    // The role of a frozen member cannot be queried. A replica loses nothing by the kill.
    if (state.running && (state.frozen || !(await session.asSuperuser(member, components.postgres.isReplica)))) {
      // By the engine, not by its supervisor: what is frozen takes no command, and it must not be a primary for a moment longer.
      killedRun = state.startedAt;
      await platform.signalContainer(container, 'SIGKILL');
      return false;
    }
    return true;
  };
  await pollUntil(limitMs, `${name} to stop acting as a primary`, isHarmless).catch(() => undefined);
  return killedRun !== null;
};
