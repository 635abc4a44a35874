import type { ActionName } from '../step-actions.ts';
import { PgrowError } from '../errors.ts';
import type { Unseen } from '../live-state.ts';
import type { UnpricedPlan } from '../plan.ts';

/** What is asked of the leader by SQL. */
const askTheLeader: readonly ActionName[] = [
  'ensureRoles',
  'ensureReplicationSlot',
  'removeReplicationSlot',
  'pruneReplicationSlots',
  'waitUntilStreaming',
  'waitUntilCaughtUp',
  'verifyStandbyCluster',
  'waitUntilReplicated',
  'makeNextPassword',
];

/**
 * A plan that needs the login of a server that refuses it would stop others before it found out.
 * @throws PgrowError `refused`, naming those servers and what they say
 */
export const refuseUnseen = (plan: UnpricedPlan, database: string, leader: string, unseen: readonly Unseen[]): void => {
  const needed = new Set(plan.steps.flatMap(({ run }) => serversOf(run, leader)));
  const refusing = unseen.filter(({ name }) => needed.has(name));
  const [first] = refusing;
  if (!first) return;
  throw new PgrowError(
    'refused',
    `Cannot ${plan.type.replaceAll('_', ' ')} ${database}: the state of ${refusing.map(({ name }) => name).join(', ')} cannot ` +
      `be read (${first.detail}), and nothing is moved blindly. Nothing was touched. To see what keeps pgrow out, and the ` +
      `remedy: ./pgrow status ${database}`,
  );
};

const serversOf = ({ action, input }: UnpricedPlan['steps'][number]['run'], leader: string): readonly string[] => {
  if (action === 'preflightCutOver' || action === 'cutOver') return [input.from.name, input.to.name];
  if (action === 'gatherWrites') return [...input.members, input.successor].map(({ name }) => name);
  return askTheLeader.includes(action) ? [leader] : [];
};
