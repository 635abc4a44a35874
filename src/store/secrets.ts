import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { PgrowError } from '../domain/errors.ts';
import type { Queries } from './connection.ts';
import type { SealingKeys } from './sealing-keys.ts';

export interface SecretStore {
  /** Creates the missing ones (32 characters, safe in URLs) when a database is registered. Returns all named ones. */
  ensureSecrets<N extends string>(serviceId: string, names: readonly N[]): Promise<Record<N, string>>;
  /** Those that belong together, and only if none of them is there: of two that come at the same moment one is kept whole. */
  keepSecrets(serviceId: string, secrets: Readonly<Record<string, string>>): Promise<void>;
  /** All secrets of one service, by name. */
  readSecrets(serviceId: string): Promise<Record<string, string>>;
  /** One that came from elsewhere in place of the one on record. */
  replaceSecret(serviceId: string, name: string, secret: string): Promise<void>;
  /**
   * Several at once, all or none; null for one that is to be gone. Nothing else is changed between what `change` is shown and what
   * it answers.
   */
  changeSecrets(serviceId: string, change: (secrets: KnownSecrets) => SecretChanges): Promise<void>;
  /** Absent is success. */
  removeSecrets(serviceId: string): Promise<void>;
  /**
   * Seals everything with the first key that is still sealed with another. What is written meanwhile stays.
   * @returns how many were sealed with another
   */
  resealSecrets(): Promise<number>;
}

type KnownSecrets = Readonly<Partial<Record<string, string>>>;
type SecretChanges = Readonly<Record<string, string | null>>;

export const secretStore = (queries: Queries, keys: SealingKeys): SecretStore => {
  const readSecrets = async (serviceId: string): Promise<Record<string, string>> => {
    const rows = await queries
      .selectFrom('secrets')
      .select(['name', 'ciphertext'])
      .where('service_id', '=', serviceId)
      .execute();
    return Object.fromEntries(
      rows.map(({ name, ciphertext }) => [name, open(keys(), label(serviceId, name), ciphertext)]),
    );
  };
  return {
    async ensureSecrets<N extends string>(serviceId: string, names: readonly N[]) {
      if (names.length > 0) {
        await queries
          .insertInto('secrets')
          .values(
            names.map((name) => ({
              service_id: serviceId,
              name,
              ciphertext: seal(keys()[0], label(serviceId, name), randomBytes(24).toString('base64url')),
            })),
          )
          .onConflict((conflict) => conflict.columns(['service_id', 'name']).doNothing())
          .execute();
      }
      const secrets = await readSecrets(serviceId);
      return Object.fromEntries(names.map((name) => [name, secrets[name]])) as Record<N, string>;
    },
    async keepSecrets(serviceId, secrets) {
      await queries
        .insertInto('secrets')
        .values(
          Object.entries(secrets).map(([name, secret]) => ({
            service_id: serviceId,
            name,
            ciphertext: seal(keys()[0], label(serviceId, name), secret),
          })),
        )
        .onConflict((conflict) => conflict.columns(['service_id', 'name']).doNothing())
        .execute();
    },
    readSecrets,
    async replaceSecret(serviceId, name, secret) {
      const ciphertext = seal(keys()[0], label(serviceId, name), secret);
      await queries
        .insertInto('secrets')
        .values({ service_id: serviceId, name, ciphertext })
        .onConflict((conflict) => conflict.columns(['service_id', 'name']).doUpdateSet({ ciphertext }))
        .execute();
    },
    changeSecrets: (serviceId, change) =>
      queries.transaction().execute(async (transaction) => {
        const own = transaction.selectFrom('secrets').select('name').where('service_id', '=', serviceId);
        // Waits for another that changes the same ones: what it leaves is read after that.
        await own.orderBy('name').forUpdate().execute();
        const inside = secretStore(transaction, keys);
        for (const [name, secret] of Object.entries(change(await inside.readSecrets(serviceId)))) {
          if (secret !== null) await inside.replaceSecret(serviceId, name, secret);
          else
            await transaction
              .deleteFrom('secrets')
              .where('service_id', '=', serviceId)
              .where('name', '=', name)
              .execute();
        }
      }),
    async removeSecrets(serviceId) {
      await queries.deleteFrom('secrets').where('service_id', '=', serviceId).execute();
    },
    async resealSecrets() {
      const rows = await queries.selectFrom('secrets').select(['service_id', 'name', 'ciphertext']).execute();
      const all = keys();
      let resealed = 0;
      for (const { service_id, name, ciphertext } of rows) {
        const place = label(service_id, name);
        if (tryToOpen(all[0], place, ciphertext) !== null) continue;
        await queries
          .updateTable('secrets')
          .set({ ciphertext: seal(all[0], place, open(all, place, ciphertext)) })
          .where('service_id', '=', service_id)
          .where('name', '=', name)
          .where('ciphertext', '=', ciphertext)
          .execute();
        resealed += 1;
      }
      return resealed;
    },
  };
};

/** Bound to its place: a ciphertext moved to another row does not open. */
const label = (serviceId: string, name: string): Buffer => Buffer.from(`${serviceId}/${name}`);

const seal = (key: Buffer, place: Buffer, secret: string): Buffer => {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(place);
  const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]);
};

/** @throws PgrowError `needs_operator` for what none of the keys has sealed */
const open = (keys: readonly Buffer[], place: Buffer, sealed: Buffer): string => {
  for (const key of keys) {
    const text = tryToOpen(key, place, sealed);
    if (text !== null) return text;
  }
  throw new PgrowError(
    'needs_operator',
    `Secret ${place.toString()} cannot be decrypted with this key. Restore the key file that it was encrypted with.`,
  );
};

/** Null for what another key has sealed: what it gives is authenticated. */
const tryToOpen = (key: Buffer, place: Buffer, sealed: Buffer): string | null => {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12), { authTagLength: 16 }).setAAD(place);
    decipher.setAuthTag(sealed.subarray(12, 28));
    return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
};
