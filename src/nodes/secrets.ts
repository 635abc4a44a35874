import { createAuthority, type Authority } from '../components/certificates/index.ts';
import { PgrowError } from '../domain/errors.ts';
import type { RotationSecret } from '../domain/rotation.ts';
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
/** Those of a certificate authority, PEM, only where the database speaks TLS. */
export type Secrets = Readonly<
  Record<SecretName, string> & Partial<Record<'ca_certificate' | 'ca_key' | RotationSecret, string>>
>;

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

/** The certificate authority of a database, made at the first call. */
export const ensureAuthority = async (
  store: Pick<Store, 'readSecrets' | 'keepSecrets'>,
  { id, name }: { readonly id: string; readonly name: string },
): Promise<void> => {
  if ((await store.readSecrets(id))['ca_key'] !== undefined) return;
  const { certificate, key } = await createAuthority(`pgrow ${name} ${id}`);
  await store.keepSecrets(id, { ca_certificate: certificate, ca_key: key });
};

/** @throws PgrowError `needs_operator` where it is missing, of a database that speaks TLS */
export const authorityOf = (name: string, { ca_certificate: certificate, ca_key: key }: Secrets): Authority => {
  if (certificate !== undefined && key !== undefined) return { certificate, key };
  throw new PgrowError(
    'needs_operator',
    `The certificate authority of ${name} is missing in the metadata. Restore the table "secrets" from the same backup as ` +
      'the rest of the metadata.',
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
