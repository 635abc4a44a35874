import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { allProjects, type Role, type TokenDocument } from '../domain/tokens.ts';
import type { Queries } from './connection.ts';
import { isUuid } from './service-id.ts';

export interface TokenStore {
  /** Makes the home's own token valid, for everything, and no other that the home had before, unless a rotation has given it an end. */
  ensureHomeToken(token: string): Promise<void>;
  /** Makes another token of the home valid beside the one that it has. */
  admitHomeToken(token: string): Promise<TokenDocument>;
  /** All of the home but this one expire within the grace period, given in seconds, also those that had a longer one. */
  retireHomeTokens(successor: string, graceSeconds: number): Promise<void>;
  createToken(token: NewToken): Promise<TokenDocument>;
  /** Null if there is no such token. One that has expired is found: its holder is told so. */
  authenticate(token: string): Promise<Identity | null>;
  /** Of these ids, those that are neither revoked nor expired. */
  validTokens(ids: readonly string[]): Promise<ReadonlySet<string>>;
  findToken(id: string): Promise<TokenDocument | null>;
  /**
   * Creates a successor of the token with this id, which expires with the grace period, given in seconds, or as before if that is
   * earlier. Null, and nothing is created, if it is gone or has a successor.
   */
  replaceToken(id: string, successor: NewToken, graceSeconds: number): Promise<TokenDocument | null>;
  /** From now on it is refused. Revoking one that is gone is success. */
  revokeToken(id: string): Promise<void>;
}

export interface NewToken {
  /** In clear; only its hash is kept. At least 32 random characters: the hash is a plain SHA-256. */
  readonly token: string;
  readonly name: string;
  /** `*` for all. */
  readonly project: string;
  readonly role: Role;
  readonly created_by: string;
  /** Seconds; null if it never expires. */
  readonly expires_in: number | null;
}

export interface Identity {
  readonly token_id: string;
  /** The token's name; of a session, also who sits before the browser. */
  readonly actor: string;
  readonly project: string;
  readonly role: Role;
  /** Of the token, ISO 8601. */
  readonly expires_at: string | null;
  readonly expired: boolean;
  /** Of a browser that is signed in; null of who sends the token itself. The role is then the session's. */
  readonly session: { readonly id: string; readonly expires_at: string; readonly insecure: boolean } | null;
}

/** Of the home's own token. */
const homeGrant = { project: allProjects, role: 'admin', actor: 'cli' } as const;

/** Of nothing and a moment, the moment is the least. */
const withGrace = (seconds: number) => sql<Date>`least(expires_at, now() + make_interval(secs => ${seconds}))`;

export const tokenStore = (queries: Queries): TokenStore => {
  const selected = () => selectTokens(queries);
  return {
    async ensureHomeToken(token) {
      const hash = hashOf(token);
      await queries
        .insertInto('tokens')
        .values({ hash, ...homeGrant })
        .onConflict((conflict) =>
          conflict.column('hash').doUpdateSet({ ...homeGrant, expires_at: null, successor: null }),
        )
        .execute();
      await queries
        .deleteFrom('tokens')
        .where('created_by', 'is', null)
        .where('expires_at', 'is', null)
        .where('hash', '<>', hash)
        .execute();
    },

    async admitHomeToken(token) {
      const values = { hash: hashOf(token), ...homeGrant };
      const { id } = await queries.insertInto('tokens').values(values).returning('id').executeTakeFirstOrThrow();
      return toTokenDocument(await selected().where('id', '=', id).executeTakeFirstOrThrow());
    },

    async retireHomeTokens(successor, graceSeconds) {
      await queries
        .updateTable('tokens')
        .set({ successor, expires_at: withGrace(graceSeconds) })
        .where('created_by', 'is', null)
        .where('id', '<>', successor)
        .execute();
    },

    createToken: (token) => insertToken(queries, token),

    replaceToken: (id, successor, graceSeconds) =>
      queries.transaction().execute(async (transaction) => {
        const before = await transaction
          .selectFrom('tokens')
          .select('id')
          .where('id', '=', id)
          .where('successor', 'is', null)
          .forUpdate()
          .executeTakeFirst();
        if (!before) return null;
        const created = await insertToken(transaction, successor);
        await transaction
          .updateTable('tokens')
          .set({ successor: created.id, expires_at: withGrace(graceSeconds) })
          .where('id', '=', id)
          .execute();
        return created;
      }),

    async authenticate(token) {
      const hash = hashOf(token);
      const row = await selected()
        .select(sql<boolean>`last_used_at IS NULL OR last_used_at < now() - interval '1 minute'`.as('used_again'))
        .where('hash', '=', hash)
        .executeTakeFirst();
      if (!row) return null;
      const { id, actor, project, role, expires_at, expired, used_again } = row;
      if (used_again && !expired) {
        await queries
          .updateTable('tokens')
          .set({ last_used_at: sql<Date>`now()` })
          .where('hash', '=', hash)
          .execute();
      }
      return {
        token_id: id,
        actor,
        project,
        role,
        expires_at: expires_at?.toISOString() ?? null,
        expired,
        session: null,
      };
    },

    async validTokens(ids) {
      if (ids.length === 0) return new Set();
      const rows = queries
        .selectFrom('tokens')
        .select('id')
        .where('id', 'in', [...ids]);
      return new Set((await rows.where(tokenIsValid).execute()).map(({ id }) => id));
    },

    async findToken(id) {
      const row = isUuid(id) ? await selected().where('id', '=', id).executeTakeFirst() : undefined;
      return row ? toTokenDocument(row) : null;
    },

    async revokeToken(id) {
      await queries.deleteFrom('tokens').where('id', '=', id).execute();
    },
  };
};

const insertToken = async (
  queries: Queries,
  { token, name, expires_in, ...grant }: NewToken,
): Promise<TokenDocument> => {
  const { id } = await queries
    .insertInto('tokens')
    .values({
      hash: hashOf(token),
      actor: name,
      ...grant,
      expires_at: expires_in === null ? null : sql<Date>`now() + make_interval(secs => ${expires_in})`,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return toTokenDocument(await selectTokens(queries).where('id', '=', id).executeTakeFirstOrThrow());
};

export const selectTokens = (queries: Queries) =>
  queries
    .selectFrom('tokens')
    .select(['id', 'actor', 'project', 'role', 'created_at', 'created_by', 'expires_at', 'last_used_at', 'successor'])
    .select(hasExpired.as('expired'));

const hasExpired = sql<boolean>`expires_at IS NOT NULL AND expires_at <= now()`;

export const tokenIsValid = sql<boolean>`(tokens.expires_at IS NULL OR tokens.expires_at > now())`;

interface Row {
  readonly id: string;
  readonly actor: string;
  readonly project: string;
  readonly role: Role;
  readonly created_at: Date;
  readonly created_by: string | null;
  readonly expires_at: Date | null;
  readonly last_used_at: Date | null;
  readonly successor: string | null;
  readonly expired: boolean;
}

export const toTokenDocument = (row: Row): TokenDocument => ({
  id: row.id,
  name: row.actor,
  project: row.project,
  role: row.role,
  created_by: row.created_by,
  expired: row.expired,
  created_at: row.created_at.toISOString(),
  expires_at: row.expires_at?.toISOString() ?? null,
  last_used_at: row.last_used_at?.toISOString() ?? null,
  successor: row.successor,
});

/** Hexadecimal digits. */
export const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');
