import { isSilence, PgrowError } from '../domain/errors.ts';
import { ports, roles } from '../domain/naming.ts';
import type { Node } from '../domain/topology.ts';
import type { PatroniClient } from '../components/patroni/index.ts';
import { compareRows } from './compare-rows.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { restartIfExited } from './exited-nodes.ts';
import { runningOf } from '../nodes/running-nodes.ts';
import { asideWhenLate, dispensableSeconds, leaveAside } from './left-aside.ts';
import { openSession, type Session } from '../nodes/session.ts';
import type { Action } from './step-activity.ts';
import { waitUntil } from './wait-until.ts';

/** Patroni: everything of stage 3 but its etcd and the cut-over. */
export const patroniActions = (dependencies: Dependencies) => {
  /** Runs `use` on the first member that answers: any of them can change what the cluster agrees on. */
  const onAnyMember = async <T>(
    session: Session,
    members: readonly Node[],
    use: (client: PatroniClient) => Promise<T>,
  ) => {
    let last: unknown;
    for (const member of members) {
      try {
        return await session.asMember(member, use);
      } catch (error) {
        last = error;
      }
    }
    throw last;
  };

  const removePatroniScope: Action<'removePatroniScope'> = async ({ etcd: nodes, scope }, step) => {
    const session = await openSession(dependencies, step.database);
    let last: unknown = null;
    for (const node of nodes) {
      // A node that is gone took its copy along; one that answers removes it for all.
      const state = await dependencies.platform.inspectContainer(node.container);
      if (!state?.running) continue;
      try {
        await (await session.connectEtcd(node)).deletePrefix(`/service/${scope}/`);
        return;
      } catch (error) {
        last = error;
      }
    }
    // Without a quorum nothing can be removed and nothing can be read either: the volumes go with the operation.
    if (last) step.note(`scope ${scope} is removed with etcd's volumes`);
  };

  const ensurePermanentSlot: Action<'ensurePermanentSlot'> = async ({ on, members, slot }, step) => {
    const session = await openSession(dependencies, step.database);
    await onAnyMember(session, members, (client) => client.patchConfig({ slots: { [slot]: { type: 'physical' } } }));
    await waitUntil({
      for: `slot ${slot} on ${on.name}:${ports.postgres}`,
      step,
      look: async () => {
        const slots = await session.asSuperuser(on, dependencies.components.postgres.listReplicationSlots);
        return slots.includes(slot) ? { found: true } : { observed: `slots: ${slots.join(', ') || 'none'}` };
      },
    });
  };

  const removePermanentSlot: Action<'removePermanentSlot'> = async ({ members, slot }, step) => {
    const session = await openSession(dependencies, step.database);
    const alive = await runningOf(dependencies.platform, members);
    if (alive.length === 0) return;
    await onAnyMember(session, alive, (client) => client.patchConfig({ slots: { [slot]: null } }));
    for (const member of alive) {
      try {
        await session.asSuperuser(member, (connection) =>
          dependencies.components.postgres.dropReplicationSlot(connection, slot),
        );
      } catch (error) {
        if (!isSilence(error)) throw error;
        // The cluster no longer knows the slot: the member's Patroni drops it as soon as the server is back.
        step.note(`slot ${slot} on ${member.name} is removed once its server is back`);
      }
    }
  };

  const waitUntilClusterHealthy: Action<'waitUntilClusterHealthy'> = async (
    { nodes, standbys, ha, aside = [], can_do_without = false },
    step,
  ) => {
    const session = await openSession(dependencies, step.database);
    const keep = restartIfExited(dependencies.platform, step);
    const without = leaveAside(dependencies, session, step);
    const isLate = asideWhenLate(session.database, step, dispensableSeconds(step));
    const mayBeLeft = (name: string) => can_do_without && aside.some((node) => node.name === name);
    await waitUntil({
      for: `a healthy cluster of ${nodes.map(({ name }) => `${name}:${ports.health}`).join(', ')}`,
      step,
      look: async () => {
        const hanging = await without(aside);
        const present = nodes.filter(({ name }) => !hanging.includes(name));
        await keep(...present.filter(({ name }) => !mayBeLeft(name)));
        for (const node of present.filter(({ name }) => mayBeLeft(name))) await keep(node).catch(() => undefined);
        const { members } = await onAnyMember(session, present, (client) => client.cluster());
        const shown = members.map(({ name, role, state }) => `${name} ${role} ${state}`).join(', ');
        const leaders = members.filter((member) => member.role === 'leader' && member.state === 'running');
        const streaming = members.filter((member) => member.role !== 'leader' && member.state === 'streaming');
        const confirming = members.filter((member) => ['sync_standby', 'quorum_standby'].includes(member.role));
        const late = present.filter(({ name }) => {
          if (!mayBeLeft(name)) return false;
          const member = members.find((each) => each.name === name);
          const isThere = member && [...leaders, ...streaming].includes(member);
          return isLate(
            name,
            isThere ? null : { says: `as a member of Patroni it is ${member?.state ?? 'not known'}` },
          );
        });
        const expected = standbys - hanging.length - late.length;
        const wanted = Math.min(expected, { async: 0, sync_one: 1, sync_all: standbys }[ha.sync_mode]);
        if (leaders.length !== 1 || streaming.length < expected) return { observed: shown };
        if (confirming.length < wanted) return { observed: `${confirming.length} of ${wanted} synchronous: ${shown}` };
        return { found: true };
      },
    });
  };

  const verifyStandbyCluster: Action<'verifyStandbyCluster'> = async ({ primary, leader }, step) => {
    const { postgres } = dependencies.components;
    const session = await openSession(dependencies, step.database);
    const [ours, theirs] = await Promise.all(
      [primary, leader].map((node) => session.asSuperuser(node, postgres.readPosition)),
    );
    if (ours!.system_identifier !== theirs!.system_identifier) {
      throw new PgrowError(
        'verification_failed',
        `${leader.name} is a copy of another database: system identifier ${theirs!.system_identifier}, ` +
          `${primary.name} has ${ours!.system_identifier}.`,
      );
    }
    for (const database of await session.asSuperuser(primary, postgres.listDatabases)) {
      await session.asSuperuserIn(primary, database, (connection) => postgres.admit(connection, [roles.reader]));
      await compareRows({ dependencies, session, database, primary, copy: leader, step });
    }
  };

  return {
    removePatroniScope,
    ensurePermanentSlot,
    removePermanentSlot,
    waitUntilClusterHealthy,
    verifyStandbyCluster,
  };
};
