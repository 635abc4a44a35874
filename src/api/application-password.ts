import type { Database } from '../domain/database.ts';
import type { PasswordAnswer } from '../domain/password.ts';
import type { ApiDependencies } from './dependencies.ts';

interface ApplicationPassword {
  readonly password: string | null;
  /** What the servers say of it. */
  readonly answer: PasswordAnswer;
}

/**
 * The password that the application logs in with. Where the one on record is refused, the next one while it is rotated, the one
 * before, if the server that had learnt the new one is lost, or that of a rotation that was undone, if a worker gave it all the same.
 */
export const readApplicationPassword = async (
  { store, tryPassword }: Pick<ApiDependencies, 'store' | 'tryPassword'>,
  database: Database,
): Promise<ApplicationPassword> => {
  const attempt = (password: string | null) => tryPassword(database, password).catch((): PasswordAnswer => 'unknown');
  const [secrets, answer] = await Promise.all([store.readSecrets(database.id), attempt(null)]);
  const recorded = { password: secrets['application'] ?? null, answer };
  if (answer !== 'refused') return recorded;
  const { application_next, application_previous, application_forgotten } = secrets;
  for (const other of [application_next, application_previous, application_forgotten])
    if (other !== undefined && (await attempt(other)) === 'accepted') return { password: other, answer: 'accepted' };
  return recorded;
};
