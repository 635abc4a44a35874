import { PgrowError } from '../domain/errors.ts';
import { formatPosition, furthestOf } from '../domain/holdings.ts';
import type { Node } from '../domain/topology.ts';
import type { PatroniClient } from '../components/patroni/index.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { runningOf } from '../nodes/running-nodes.ts';
import { readHolding } from '../nodes/read-holdings.ts';
import { openSession, type Session } from '../nodes/session.ts';
import type { Action } from './step-activity.ts';
import { waitUntil } from './wait-until.ts';

/** For a Patroni cluster that lost its leader and whose members lag too far to be elected: an operator has chosen the new leader. */
export const electMemberAction = (dependencies: Dependencies) => {
  const { postgres } = dependencies.components;

  const takesWrites = (session: Session, node: Node): Promise<boolean> =>
    session.asSuperuser(node, async (connection) => !(await postgres.isReplica(connection)));

  const electMember: Action<'electMember'> = async ({ candidate, members }, step) => {
    const session = await openSession(dependencies, step.database);
    await waitUntil({
      for: `${candidate.name} to lead`,
      step,
      look: async () => {
        if (await takesWrites(session, candidate)) return { found: true };
        await refuseBetter(session, candidate, members);
        return session.asMember(candidate, (client) => letLead(client, candidate));
      },
    });
  };

  /** The confirmation was based on what could be seen then. */
  const refuseBetter = async (session: Session, candidate: Node, members: readonly Node[]) => {
    const running = await runningOf(dependencies.platform, members);
    for (const node of running) {
      if (!(await takesWrites(session, node).catch(() => false))) continue;
      throw new PgrowError('refused', `${node.name} takes writes now, so no member has to be promoted.`);
    }
    const heard = await Promise.all(running.map((node) => readHolding(dependencies, session, node).catch(() => null)));
    const holdings = heard.filter((holding) => holding !== null);
    const own = holdings.find(({ name }) => name === candidate.name);
    const best = furthestOf(holdings);
    if (!own || !best || (best.timeline <= own.timeline && best.position <= own.position)) return;
    throw new PgrowError(
      'refused',
      `${best.name} is now at ${formatPosition(best.position)}, ahead of ${candidate.name} at ` +
        `${formatPosition(own.position)}. Repeat the request.`,
    );
  };

  return { electMember };
};

/** Like `patronictl failover --candidate`: Patroni ignores the lag then, and accepts this only while the lock is free. */
const letLead = async (client: PatroniClient, { name }: Node) => {
  const holder = (await client.cluster()).members.find((member) => member.role === 'leader');
  if (holder && holder.name !== name) return { observed: `${holder.name} still holds the lock` };
  await client.failover({ candidate: name });
  return { observed: `${name} is being promoted` };
};
