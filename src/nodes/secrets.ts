import { PgrowError } from '../domain/errors.ts';
import type { Store } from '../store/store.ts';

export const secretNames = [
  'superuser',
  'own',
  'reader',
  'probe',
  'replication',
  'rewind',
  'pooler',
  'pooler_admin',
  'application',
] as const;
type SecretName = (typeof secretNames)[number];
export type Secrets = Readonly<Record<SecretName, string>>;

/**
 * The passwords on record; none is ever made here, because a server would not know it.
 * @throws PgrowError `needs_operator` where one is missing
 */
export const readAllSecrets = async (
  store: Pick<Store, 'readSecrets'>,
  { id, name }: { readonly id: string; readonly name: string },
): Promise<Secrets> => {
  const secrets = await store.readSecrets(id);
  const missing = secretNames.filter((each) => secrets[each] === undefined);
  if (missing.length === 0) return secrets as Secrets;
  throw new PgrowError(
    'needs_operator',
    `Passwords of ${name} are missing in the metadata: ${missing.join(', ')}. Restore the table "secrets" from the same ` +
      'backup as the rest of the metadata.',
  );
};

/**
 * Databases made by an earlier version lack passwords that this one uses. One that has none at all has lost them, and is
 * given none.
 */
export const completeSecrets = async (
  store: Pick<Store, 'listDatabases' | 'readSecrets' | 'ensureSecrets'>,
): Promise<void> => {
  for (const { id } of await store.listDatabases({})) {
    const known = await store.readSecrets(id);
    const isIncomplete = secretNames.some((name) => known[name] === undefined);
    if (known['superuser'] !== undefined && isIncomplete) await store.ensureSecrets(id, secretNames);
  }
};
