import { isSilence, messageOf, PgrowError } from '../domain/errors.ts';
import { rotationSecrets } from '../domain/rotation.ts';
import type { Actions } from '../domain/step-actions.ts';
import { nodeNamed, nodesOf, type Node } from '../domain/topology.ts';
import type { StoredLogin } from '../components/postgres/index.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { readLeader } from '../nodes/leader.ts';
import { holdServers, listLoginPools, primePools } from '../nodes/prime-poolers.ts';
import { openSession, type Session } from '../nodes/session.ts';
import { asideWhenLate } from './left-aside.ts';
import type { Action, ActionStep } from './step-activity.ts';
import { waitUntil } from './wait-until.ts';

/**
 * Another password of the application. At every moment it is on record what the server may have: the next password is before the
 * server hears of it, and the verifier of before stays until the next rotation.
 */
export const rotatePasswordActions = (dependencies: Dependencies) => {
  const { store, components } = dependencies;
  const { matchesVerifier, readLogin, scramVerifier, storeVerifier } = components.postgres;

  const makeNextPassword: Action<'makeNextPassword'> = async ({ role }, { database: id }) => {
    const session = await openSession(dependencies, id);
    const { verifier } = await readAtLeader(session, role);
    const { application_next: next } = session.secrets;
    // A rotation of before that did not finish: what it has kept is what the role had.
    if (next !== undefined && isOf(next, verifier)) return;
    await store.replaceSecret(id, 'application_verifier', verifier ?? '');
    await store.removeSecret(id, 'application_previous');
    await store.ensureSecrets(id, ['application_next']);
  };

  /** Never while the server may have it: nothing could log in any longer. */
  const forgetNextPassword: Action<'forgetNextPassword'> = async ({ role }, step) => {
    const session = await openSession(dependencies, step.database);
    const { application_next: next } = session.secrets;
    const mayBeIts =
      next !== undefined &&
      (await readAtLeader(session, role).then(
        ({ verifier }) => isOf(next, verifier),
        () => true,
      ));
    if (mayBeIts) return step.remark(role, `${role} may have the next password by now, so that stays on record too`);
    for (const name of rotationSecrets) await store.removeSecret(step.database, name);
  };

  const changePassword: Action<'changePassword'> = async (input, step) => {
    const { secrets } = await openSession(dependencies, step.database);
    const { application: present, application_next: next } = secrets;
    if (next === undefined) throw new PgrowError('internal', `The next password of ${input.role} is not on record.`);
    const gives: Gives = { present, password: next, isGiven: (verifier) => isOf(next, verifier) };
    await give(input, step, { ...gives, make: () => scramVerifier(next) });
  };

  /** What another has set meanwhile stays. */
  const restorePassword: Action<'restorePassword'> = async (input, step) => {
    const session = await openSession(dependencies, step.database);
    const { application, application_next: next, application_verifier: kept } = session.secrets;
    if (next === undefined || kept === undefined) return;
    const before = kept === '' ? null : kept;
    const { verifier } = await readAtLeader(session, input.role);
    if (verifier !== before && !isOf(next, verifier))
      return step.remark(
        input.role,
        `${input.role} has been given a password without pgrow meanwhile, and keeps that one`,
      );
    const password = isOf(application, before) ? application : null;
    await give(input, step, { present: next, password, isGiven: (stored) => stored === before, make: () => before });
  };

  /**
   * The server that takes writes first, and at once the poolers; those once more when all servers have it: a login with the
   * old password may have been under way.
   */
  const give = async ({ role, poolers }: Actions['changePassword'], step: ActionStep, gives: Gives & Makes) => {
    const session = await openSession(dependencies, step.database);
    const isLate = asideWhenLate(session.database, step);
    let primed = false;
    const prime = async () => {
      if (gives.password === null) return;
      await primePools(session, await listLoginPools(session, poolers, role), gives.password);
    };
    await waitUntil({
      for: `every server and pooler to have the password of ${role}`,
      step,
      look: async () => {
        if (!gives.isGiven((await readAtLeader(session, role)).verifier)) {
          primed = false;
          await giveAtLeader(session, { role, poolers }, gives);
        } else if (!primed) await prime();
        primed = true;
        const lacking = await findLacking(session, role, gives);
        const waited = lacking.filter(({ name, says }) => !isLate(name, { says }));
        if (waited.length > 0) return { observed: waited.map(({ name, says }) => `${name} ${says}`).join(', ') };
        await prime();
        return { found: true };
      },
    });
  };

  /** Between the two the poolers open no server connections: nothing comes in between that needs one. */
  const giveAtLeader = async (
    session: Session,
    { role, poolers }: Actions['changePassword'],
    { present, password, make }: Gives & Makes,
  ): Promise<void> => {
    const pools = await listLoginPools(session, poolers, role);
    const node = await leaderOf(session);
    const letGo = await holdServers(session, pools, present);
    try {
      const verifier = make();
      await session.asSuperuser(node, (connection) => storeVerifier(connection, role, verifier));
      if (password !== null) await primePools(session, pools, password);
    } finally {
      await letGo();
    }
  };

  /** Servers that have not replayed the change; one that does not answer has it from its primary when it is back. */
  const findLacking = async (session: Session, role: string, { isGiven }: Gives): Promise<readonly Lacking[]> => {
    const servers = nodesOf(session.database.topology, 'postgres');
    const looks = servers.map(async ({ name, ...node }): Promise<readonly Lacking[]> => {
      const says = await session
        .asSuperuser({ name, ...node }, (connection) => readLogin(connection, role))
        .then((stored) => (isGiven(stored?.verifier ?? null) ? null : 'has not received it yet'))
        .catch((error: unknown) => {
          if (!isSilence(error)) throw error;
          return `does not answer (${messageOf(error)})`;
        });
      return says === null ? [] : [{ name, says }];
    });
    return (await Promise.all(looks)).flat();
  };

  const leaderOf = async ({ database }: Session): Promise<Node> =>
    nodeNamed(database.topology, await readLeader(dependencies, database));

  const readAtLeader = async (session: Session, role: string): Promise<StoredLogin> => {
    const node = await leaderOf(session);
    const stored = await session.asSuperuser(node, (connection) => readLogin(connection, role));
    if (stored) return stored;
    throw new PgrowError('refused', `${node.name} has no role ${role} any longer, so it can be given no password.`);
  };

  const isOf = (password: string, verifier: string | null): boolean =>
    verifier !== null && matchesVerifier(password, verifier);

  const adoptPassword: Action<'adoptPassword'> = async (_, { database: id }) => {
    const { application, application_next: next } = (await openSession(dependencies, id)).secrets;
    if (next === undefined) return;
    if (application !== next) {
      await store.replaceSecret(id, 'application_previous', application);
      await store.replaceSecret(id, 'application', next);
    }
    await store.removeSecret(id, 'application_next');
  };

  const disownPassword: Action<'disownPassword'> = async (_, { database: id }) => {
    const {
      application,
      application_next: next,
      application_previous: previous,
    } = (await openSession(dependencies, id)).secrets;
    if (previous === undefined) return;
    if (next === undefined) await store.replaceSecret(id, 'application_next', application);
    await store.replaceSecret(id, 'application', previous);
    await store.removeSecret(id, 'application_previous');
  };

  return { makeNextPassword, forgetNextPassword, changePassword, restorePassword, adoptPassword, disownPassword };
};

interface Lacking {
  readonly name: string;
  readonly says: string;
}

interface Gives {
  /** What logs in until then. */
  readonly present: string;
  /** What logs in from then on; null where it is not known, and no pooler can learn it from pgrow. */
  readonly password: string | null;
  /** Whether what a server stores is that already. */
  readonly isGiven: (verifier: string | null) => boolean;
}

interface Makes {
  /** What is to be stored. */
  readonly make: () => string | null;
}
