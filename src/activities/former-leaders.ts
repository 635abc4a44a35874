import type { Node } from '../domain/topology.ts';
import type { NodeDependencies } from '../nodes/dependencies.ts';
import type { Session } from '../nodes/session.ts';
import { pollUntil } from '../nodes/deadlines.ts';

/**
 * Keeps a member of a paused cluster that has no part in a hand-over from being a primary, now or once it wakes up. One that
 * led when it was frozen comes back as what it was, and a paused Patroni leaves it that ("continue to run as primary without
 * lock"). As soon as the hand-over frees the lock it would take it, whatever its timeline (Patroni, ha.py,
 * `is_healthiest_node`), and routers would lead clients to it. Killed, it comes back without a server: a paused Patroni
 * starts none.
 * @returns whether it was killed; false also for one that did not say in time what it is
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
      // The engine takes a kill for the wish that it stay down.
      await platform.startContainer(container);
      return true;
    }
    // What a frozen one was cannot be asked. A replica loses nothing by it.
    if (state.running && (state.frozen || !(await session.asSuperuser(member, components.postgres.isReplica)))) {
      // By the engine, not by its supervisor: what is frozen takes no command, and it must not be a primary for a moment longer.
      killedRun = state.startedAt;
      await platform.signalContainer(container, 'SIGKILL');
      return false;
    }
    return true;
  };
  await pollUntil(limitMs, `${name} to be no primary`, isHarmless).catch(() => undefined);
  return killedRun !== null;
};
