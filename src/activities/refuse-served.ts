import type { Database } from '../domain/database.ts';
import { PgrowError } from '../domain/errors.ts';
import { verdictOf } from '../domain/live-health.ts';
import { liveNodeOf } from '../domain/node-look.ts';
import type { UnpricedPlan } from '../domain/plan.ts';
import { writeText } from '../domain/route-write.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { lookAtNode } from '../nodes/look-at-node.ts';
import { openSession } from '../nodes/session.ts';
import { probeWrites } from '../nodes/write-probe.ts';

/** Milliseconds that a write through each way may take. */
const probeLimitMs = 5000;

/**
 * What pgrow begins by itself, and everything that gives a leaderless cluster a new leader, is for a database that serves no
 * client: this checks that again right before. A rollback of such a cluster needs every member's WAL position.
 */
export const refuseServed = async (
  dependencies: Dependencies,
  database: Pick<Database, 'id' | 'name'>,
  plan: UnpricedPlan,
): Promise<void> => {
  const gathering = plan.steps.flatMap(({ run }) => (run.action === 'gatherWrites' ? [run.input] : []));
  const isElection = plan.steps.some(({ run }) => run.action === 'electMember' || run.action === 'takeOver');
  if (gathering.length === 0 && !isElection && plan.reason === undefined) return;
  const session = await openSession(dependencies, database.id);
  const members = gathering.flatMap((input) => input.members);
  const [writes, looks] = await Promise.all([
    probeWrites(dependencies, session, probeLimitMs),
    Promise.all(members.map((node) => lookAtNode(dependencies, session, node))),
  ]);
  const refuse = (why: string): never => {
    throw new PgrowError(
      'refused',
      `Cannot ${plan.type.replaceAll('_', ' ')} ${database.name}: ${why}. Nothing was touched.`,
    );
  };
  const nodes = looks.map(liveNodeOf);
  const acknowledged = writes.filter(({ outcome }) => outcome === 'acknowledged');
  if (acknowledged.length > 0) refuse(`a write was acknowledged through ${acknowledged.map(writeText).join(', ')}`);
  const silent = nodes.filter(({ state }) => state === 'not answering');
  if (silent.length > 0 && verdictOf(nodes, writes) !== 'unserved')
    refuse(
      `${silent.map(({ name, detail }) => `${name} does not answer (${detail})`).join(', ')}, and whether it serves clients ` +
        'cannot be seen',
    );
};
