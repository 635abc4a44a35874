import { applicationName, type Database } from '../database.ts';
import { PgrowError } from '../errors.ts';
import type { UnpricedPlan } from '../plan.ts';
import type { RotationFacts } from '../rotation.ts';
import { nodesOf } from '../topology.ts';
import { step } from './plan-builder.ts';
import { onSameTopology } from './same-topology.ts';

export interface RotatePlanInput {
  readonly database: Pick<Database, 'name' | 'topology'>;
  /** Null or absent: no server that takes writes could be asked. */
  readonly rotation?: RotationFacts | null;
}

/**
 * Another password for the application's role. Sessions stay, those behind PgBouncer too: its processes learn the new password
 * right after the server. What an open rollback window keeps has the new password by replication, so the window stays open.
 */
export const planRotate = ({ database: { name, topology }, rotation }: RotatePlanInput): UnpricedPlan => {
  const role = applicationName(name);
  if (!rotation) throw new PgrowError('refused', `No server of ${name} takes writes. See why: ./pgrow status ${name}`);
  refuseLogin(role, name, rotation);
  const poolers = nodesOf(topology, 'pgbouncer');
  const subject = { role, poolers };
  const undone = { role, database: name };
  const ended = `Logins with the present password of ${role} fail from step 2 on. Sessions that are open go on. The new one: ./pgrow url ${name}`;
  return onSameTopology(topology, {
    type: 'rotate',
    steps: [
      step('prepare', `make the next password of ${role}`, { action: 'makeNextPassword', input: { role } }, [
        { action: 'forgetNextPassword', input: { role } },
      ]),
      step(
        'rotate',
        `give ${role} the next password${poolers.length === 0 ? '' : `, and log in with it through ${poolers.map((node) => node.name).join(', ')}`}`,
        { action: 'changePassword', input: subject },
        [{ action: 'restorePassword', input: { ...undone, poolers } }],
      ),
      step('finish', `record it as the password of ${role}`, { action: 'adoptPassword', input: { role } }, [
        { action: 'disownPassword', input: undone },
      ]),
    ],
    changes: [{ subject: 'password', name: role, from: 'the present one', to: 'a new one', takes_effect: 'live' }],
    warnings: [ended, ...foundText(role, rotation, poolers.length > 0)],
    losses: [ended],
  });
};

/** Another password would not let it in. */
const refuseLogin = (role: string, database: string, { login, expired }: RotationFacts): void => {
  if (login && !expired) return;
  const [says, remedy] = login
    ? ['its VALID UNTIL is over', `ALTER ROLE "${role}" VALID UNTIL 'infinity'`]
    : ['it does not exist, or has NOLOGIN', `ALTER ROLE "${role}" LOGIN`];
  throw new PgrowError(
    'refused',
    `The role ${role} of ${database} could not log in with a new password either: ${says}. First: ${remedy}`,
  );
};

/** No pool can be shown a password that is not known. */
const poolsKeep =
  ' PgBouncer then opens server connections only after a client has logged in with that one: until then its sessions may fail.';

/** What is found that pgrow has not set. */
const foundText = (role: string, { password }: RotationFacts, pooled: boolean): readonly string[] => {
  switch (password) {
    case 'other':
      return [
        `The password on record is not the one that ${role} has: it was changed without pgrow. The new one takes its place. If this ` +
          `operation is undone, the server gets back what it has now, which pgrow does not know.${pooled ? poolsKeep : ''}`,
      ];
    case 'none':
      return [`The role ${role} has no password now. If this operation is undone, it has none again.`];
    case 'next':
      return [`A rotation of before did not finish: ${role} has its new password already, and keeps that one.`];
    default:
      return [];
  }
};
