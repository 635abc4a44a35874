import { z } from 'zod';
import { roles, type Role } from './tokens.ts';

/** Seconds in which a link signs in. */
export const ticketLife = 60;

/** Seconds for which a browser stays signed in: at most, and without a request. */
export const sessionLife = 12 * 3600;
export const sessionIdleLife = 2 * 3600;

/** Header with the half of a session that only the page knows. The other half is a cookie. */
export const sessionHeader = 'x-pgrow-session';

/** Servers on other ports of the same address share cookies: with the home's id two control planes keep theirs apart. */
export const sessionCookie = (home: string): string => `pgrow_${home}`;

export const newTicketInput = z.strictObject({
  /** At most that of the token; by default, the same. */
  role: z.enum(roles).optional(),
  /** Who will sit before the browser. In the audit it follows the token's name: `cli:alice`. */
  name: z
    .string()
    .regex(/^[\w.@-]{1,60}$/, 'must be 1 to 60 letters, digits, or any of . _ @ -')
    .optional(),
});

export const signInInput = z.strictObject({
  /** From a link of `./pgrow web`. */
  ticket: z.string().min(1).max(200).optional(),
  /** Where there is no link: from another machine. */
  token: z.string().min(1).max(200).optional(),
});

/** A browser that is signed in. */
export interface SessionDocument {
  /** UUID. */
  readonly id: string;
  readonly actor: string;
  readonly project: string;
  readonly role: Role;
  /** UUID of the token that it came from, and ends with. */
  readonly token_id: string;
  /** As the browser names itself. */
  readonly browser: string;
  /** Whether it is on another machine, and reaches the API without TLS. */
  readonly insecure: boolean;
  /** ISO 8601, as all times here. */
  readonly created_at: string;
  /** To the minute. */
  readonly last_seen_at: string;
  /** It ends two hours after the last request, and then at the latest. */
  readonly expires_at: string;
}
