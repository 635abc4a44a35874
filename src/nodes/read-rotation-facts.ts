import { applicationName } from '../domain/database.ts';
import type { RotationFacts } from '../domain/rotation.ts';
import { nodeNamed } from '../domain/topology.ts';
import type { Dependencies } from './dependencies.ts';
import type { Session } from './session.ts';

/** The application's role as the server that takes writes has it. Nothing is touched. */
export const readRotationFacts = async (
  { components: { postgres } }: Pick<Dependencies, 'components'>,
  session: Session,
  leader: string,
): Promise<RotationFacts> => {
  const { database, secrets } = session;
  const stored = await session.asSuperuser(nodeNamed(database.topology, leader), (connection) =>
    postgres.readLogin(connection, applicationName(database.name)),
  );
  const { login = false, expired = false, verifier = null } = stored ?? {};
  const is = (password: string | undefined): boolean =>
    password !== undefined && verifier !== null && postgres.matchesVerifier(password, verifier);
  return { login, expired, password: passwordOf() };

  function passwordOf(): RotationFacts['password'] {
    if (verifier === null) return 'none';
    if (is(secrets.application)) return 'recorded';
    return is(secrets.application_next) || is(secrets.application_forgotten) ? 'next' : 'other';
  }
};
