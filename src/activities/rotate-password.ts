import { PgrowError } from '../domain/errors.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { openSession } from '../nodes/session.ts';
import { passwordGiver } from './give-password.ts';
import type { Action } from './step-activity.ts';

/**
 * Another password of the application. At every moment it is on record what the server may have: the next password is before the
 * server hears of it, also once it is forgotten, and the verifier of before stays until the next rotation.
 */
export const rotatePasswordActions = (dependencies: Dependencies) => {
  const { store, components } = dependencies;
  const { matchesVerifier, scramVerifier } = components.postgres;
  const { give, readAtLeader } = passwordGiver(dependencies);

  const isOf = (password: string | undefined, verifier: string | null): password is string =>
    password !== undefined && verifier !== null && matchesVerifier(password, verifier);

  const makeNextPassword: Action<'makeNextPassword'> = async ({ role }, { database: id }) => {
    const { verifier } = await readAtLeader(await openSession(dependencies, id), role);
    await store.changeSecrets(id, ({ application, application_next: next, application_forgotten: forgotten }) => {
      // The role's password of a rotation of before that did not finish, or that a worker gave after it was undone.
      const its = [next, forgotten].find((each) => each !== application && isOf(each, verifier));
      if (its !== undefined) return { application_next: its, application_previous: null };
      const isInUse = next === application;
      return { application_verifier: null, application_previous: null, ...(isInUse && { application_next: null }) };
    });
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
    await store.changeSecrets(step.database, ({ application_next: now }) => {
      if (now !== next) return {};
      const forgotten = next !== undefined && { application_next: null, application_forgotten: next };
      return { application_verifier: null, application_previous: null, ...forgotten };
    });
  };

  const changePassword: Action<'changePassword'> = async (input, step) => {
    const { secrets } = await openSession(dependencies, step.database);
    const { application: present, application_next: next } = secrets;
    if (next === undefined) throw new PgrowError('internal', `The next password of ${input.role} is not on record.`);
    await give(input, step, {
      present,
      password: next,
      isGiven: (verifier) => isOf(next, verifier),
      make: async (stored) => {
        await store.replaceSecret(step.database, 'application_verifier', stored ?? '');
        return scramVerifier(next);
      },
    });
  };

  /** Nothing where no server was changed. What another has set meanwhile stays. */
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
    await give(input, step, {
      present: next,
      password,
      isGiven: (stored) => stored === before,
      make: async () => before,
    });
  };

  const adoptPassword: Action<'adoptPassword'> = async (_, { database: id }) =>
    store.changeSecrets(id, ({ application, application_next: next }) => {
      if (application === undefined || next === undefined) return {};
      const isAdopted = application === next;
      return { application: next, application_next: null, ...(!isAdopted && { application_previous: application }) };
    });

  const disownPassword: Action<'disownPassword'> = async (_, { database: id }) =>
    store.changeSecrets(id, ({ application, application_next: next, application_previous: previous }) => {
      if (application === undefined || previous === undefined) return {};
      return { application: previous, application_next: next ?? application, application_previous: null };
    });

  return { makeNextPassword, forgetNextPassword, changePassword, restorePassword, adoptPassword, disownPassword };
};
