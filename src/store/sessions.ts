import { sql } from 'kysely';
import { sessionIdleLife, sessionLife, ticketLife, type SessionDocument } from '../domain/sessions.ts';
import type { Role } from '../domain/tokens.ts';
import type { Queries } from './connection.ts';
import { isUuid } from './service-id.ts';
import { hashOf, tokenIsValid, type Identity } from './tokens.ts';

export interface SessionStore {
  /** @returns when it expires, ISO 8601 */
  createTicket(ticket: NewTicket): Promise<string>;
  /** Takes the ticket, which cannot be taken again; null if there is none, or its time is over. */
  openSession(ticket: string, session: NewSession): Promise<SessionDocument | null>;
  /** Without a ticket, for the holder of the token. */
  openSessionOf(holder: Pick<Identity, 'token_id' | 'actor' | 'role'>, session: NewSession): Promise<SessionDocument>;
  /** Null unless both halves are those of one session that has not ended. */
  authenticateSession(halves: SessionHalves): Promise<Identity | null>;
  /** Of these ids, those that have not ended. They count as used: what is open in a browser is seen. */
  validSessions(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Those that have not ended, newest first; of one token or of all. */
  listSessions(wanted: { readonly token_id?: string }): Promise<readonly SessionDocument[]>;
  /** From now on it is refused. Ending one that is over is success. */
  endSession(id: string): Promise<void>;
}

export interface NewTicket {
  /** In clear; only its hash is kept, as of the halves of a session. At least 32 random characters. */
  readonly ticket: string;
  readonly token_id: string;
  readonly actor: string;
  readonly role: Role;
}

export interface SessionHalves {
  readonly cookie: string;
  readonly secret: string;
}

export interface NewSession extends SessionHalves {
  /** At most 200 characters. */
  readonly browser: string;
  readonly insecure: boolean;
}

export const sessionStore = (queries: Queries): SessionStore => {
  const valid = () =>
    queries
      .selectFrom('sessions')
      .innerJoin('tokens', 'tokens.id', 'sessions.token_id')
      .where(hasNotEnded)
      .where(tokenIsValid);
  const documents = () =>
    valid()
      .select(['sessions.id', 'sessions.actor', 'tokens.project', 'sessions.role', 'token_id', 'browser', 'insecure'])
      .select(['sessions.created_at', 'last_seen_at', 'sessions.expires_at']);
  const removeEnded = async (): Promise<void> => {
    await queries
      .deleteFrom('tickets')
      .where('expires_at', '<=', sql<Date>`now()`)
      .execute();
    await queries
      .deleteFrom('sessions')
      .where(sql<boolean>`NOT (${hasNotEnded})`)
      .execute();
  };
  const insert = async (holder: Pick<NewTicket, 'token_id' | 'actor' | 'role'>, session: NewSession) => {
    await removeEnded();
    const { id } = await queries
      .insertInto('sessions')
      .values({
        ...holder,
        cookie_hash: hashOf(session.cookie),
        secret_hash: hashOf(session.secret),
        browser: session.browser,
        insecure: session.insecure,
        expires_at: sql<Date>`least(${secondsFromNow(sessionLife)}, (SELECT expires_at FROM tokens WHERE id = ${holder.token_id}))`,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    return toSessionDocument(await documents().where('sessions.id', '=', id).executeTakeFirstOrThrow());
  };
  const see = async (ids: readonly string[]): Promise<void> => {
    await queries
      .updateTable('sessions')
      .set({ last_seen_at: sql<Date>`now()` })
      .where('id', 'in', [...ids])
      .where(wasSeenBefore)
      .where(hasNotEnded)
      .execute();
  };

  return {
    async createTicket({ ticket, ...holder }) {
      await removeEnded();
      const { expires_at } = await queries
        .insertInto('tickets')
        .values({ hash: hashOf(ticket), ...holder, expires_at: secondsFromNow(ticketLife) })
        .returning('expires_at')
        .executeTakeFirstOrThrow();
      return expires_at.toISOString();
    },

    async openSession(ticket, session) {
      const taken = await queries
        .deleteFrom('tickets')
        .where('hash', '=', hashOf(ticket))
        .returning(['token_id', 'actor', 'role', sql<boolean>`expires_at > now()`.as('in_time')])
        .executeTakeFirst();
      if (!taken?.in_time) return null;
      const { token_id, actor, role } = taken;
      const holds = queries.selectFrom('tokens').select('id').where('id', '=', token_id).where(tokenIsValid);
      return (await holds.executeTakeFirst()) ? insert({ token_id, actor, role }, session) : null;
    },

    openSessionOf: ({ token_id, actor, role }, session) => insert({ token_id, actor, role }, session),

    async authenticateSession({ cookie, secret }) {
      const row = await documents()
        .select(['tokens.expires_at as token_expires_at', wasSeenBefore.as('seen_before')])
        .where('cookie_hash', '=', hashOf(cookie))
        .where('secret_hash', '=', hashOf(secret))
        .executeTakeFirst();
      if (!row) return null;
      const { id, actor, project, role, token_id, insecure, seen_before } = row;
      if (seen_before) await see([id]);
      const expires_at = row.token_expires_at?.toISOString() ?? null;
      const session = { id, expires_at: row.expires_at.toISOString(), insecure };
      return { token_id, actor, project, role, expires_at, expired: false, session };
    },

    async validSessions(ids) {
      if (ids.length === 0) return new Set();
      await see(ids);
      const rows = await valid()
        .select('sessions.id')
        .where('sessions.id', 'in', [...ids])
        .execute();
      return new Set(rows.map(({ id }) => id));
    },

    async listSessions({ token_id }) {
      let query = documents();
      if (token_id !== undefined) query = query.where('token_id', '=', token_id);
      const rows = await query.orderBy('sessions.created_at', 'desc').orderBy('sessions.id', 'desc').execute();
      return rows.map(toSessionDocument);
    },

    async endSession(id) {
      if (isUuid(id)) await queries.deleteFrom('sessions').where('id', '=', id).execute();
    },
  };
};

const secondsFromNow = (seconds: number) => sql<Date>`now() + make_interval(secs => ${seconds})`;

const hasNotEnded = sql<boolean>`sessions.expires_at > now()
  AND sessions.last_seen_at > now() - make_interval(secs => ${sql.lit(sessionIdleLife)})`;

/** To the minute, so that not every request writes. */
const wasSeenBefore = sql<boolean>`sessions.last_seen_at < now() - interval '1 minute'`;

type Row = Omit<SessionDocument, 'created_at' | 'last_seen_at' | 'expires_at'> &
  Readonly<Record<'created_at' | 'last_seen_at' | 'expires_at', Date>>;

const toSessionDocument = ({
  id,
  actor,
  project,
  role,
  token_id,
  browser,
  insecure,
  ...times
}: Row): SessionDocument => ({
  id,
  actor,
  project,
  role,
  token_id,
  browser,
  insecure,
  created_at: times.created_at.toISOString(),
  last_seen_at: times.last_seen_at.toISOString(),
  expires_at: times.expires_at.toISOString(),
});
