import type { CutOver } from '../domain/step-actions.ts';
import { messageOf, PgrowError, withoutStop } from '../domain/errors.ts';
import { leaderRemedies } from '../domain/remedies.ts';
import { createEscalation } from './escalation.ts';
import type { Session } from '../nodes/session.ts';
import type { ActionStep } from './step-activity.ts';

/**
 * A standby cluster whose leader was away for a while is led by another member, which then is the one that streams from
 * the old primary: its successor is made to lead it again. Returns the obstacle, null for none.
 */
export const restoreStandbyLeader = (session: Session, { to, members, promotion }: CutOver, step: ActionStep) => {
  const escalation = createEscalation(leaderRemedies, step.patience_seconds);
  let answer = '';
  return async (): Promise<string | null> => {
    const leader = promotion === 'standby_cluster' ? await leaderOf(session, members) : null;
    if (leader === null || leader.name === to.name) {
      escalation.faultGone();
      return null;
    }
    const says = `Patroni made ${leader.name} the leader of the new side instead of ${to.name}${answer}`;
    const move = escalation.faultSeen();
    if (move === 'give up') throw new PgrowError('node_failed', `${says}.`);
    if (move === 'lead again') {
      step.note(`${says}; making ${to.name} lead it again`, { remedy: `making ${to.name} lead again` });
      await session
        .asMember(leader, (client) => client.switchover({ leader: leader.name, candidate: to.name }))
        .catch((error: unknown) => {
          answer = `: ${withoutStop(messageOf(error))}`;
        });
    }
    return says;
  };
};

/** As the first member that answers has it. */
const leaderOf = async (session: Session, nodes: CutOver['members']): Promise<CutOver['to'] | null> => {
  for (const node of nodes) {
    const cluster = await session.asMember(node, (client) => client.cluster()).catch(() => null);
    const leader = cluster?.members.find(({ role }) => role === 'standby_leader' || role === 'leader');
    if (leader) return nodes.find(({ name }) => name === leader.name) ?? null;
  }
  return null;
};
