import { slotName } from '../domain/naming.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { openEtcd } from '../nodes/etcd.ts';
import { runningOf } from '../nodes/running-nodes.ts';
import { leaveAside } from './left-aside.ts';
import { tellPatroni } from './promotion.ts';
import { openSession } from '../nodes/session.ts';
import type { Action } from './step-activity.ts';
import { waitUntil } from './wait-until.ts';

/**
 * Patroni keeps a member on record until its ttl has passed, and its slot for half an hour more (`member_slots_ttl`), on
 * every other member: WAL for a member that never comes back.
 */
export const forgetMembersAction = (dependencies: Dependencies) => {
  const { components, platform } = dependencies;

  const forgetMembers: Action<'forgetMembers'> = async ({ members, scope, gone }, step) => {
    const session = await openSession(dependencies, step.database);
    const alive = await runningOf(platform, members);
    if (alive.length === 0) return;
    const ask = await openEtcd(session);
    for (const name of gone) await ask((client) => client.remove(`/service/${scope}/members/${name}`));
    await tellPatroni(session, { members: alive }, { member_slots_ttl: 0 });
    const without = leaveAside(dependencies, session, step);
    try {
      await waitUntil({
        for: `no slot of ${gone.join(', ')} on ${alive.map(({ name }) => name).join(', ')}`,
        step,
        look: async () => {
          // A member that hangs drops them when it is back, in its Patroni's own time.
          const hanging = await without(alive);
          for (const member of alive.filter(({ name }) => !hanging.includes(name))) {
            const slots = await session.asSuperuser(member, components.postgres.listReplicationSlots);
            const left = gone.map(slotName).find((slot) => slots.includes(slot));
            if (left) return { observed: `${member.name} has ${left}` };
          }
          return { found: true };
        },
      });
    } finally {
      await tellPatroni(session, { members: alive }, { member_slots_ttl: null });
    }
  };

  return { forgetMembers };
};
