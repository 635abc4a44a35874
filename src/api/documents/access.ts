import { z } from 'zod';
import type { SessionDocument } from '../../domain/sessions.ts';
import { roles, type TokenDocument } from '../../domain/tokens.ts';
import { anything, moment, named, nextCursor } from './document.ts';

const tokenMembers = {
  id: z.guid(),
  name: z.string(),
  project: z.string(),
  role: z.enum(roles),
  created_at: moment,
  created_by: z.string().nullable().describe("Null of the control plane's own."),
  expires_at: moment.nullable(),
  expired: z.boolean(),
  last_used_at: moment.nullable().describe('To the minute.'),
  successor: z.guid().nullable().describe('The token that has replaced it, by `rotate`.'),
};
export const tokenAnswer: z.ZodType<TokenDocument> = named(
  'Token',
  'A token as it is listed.',
  z.strictObject(tokenMembers),
);
export const tokensAnswer = z.strictObject({ tokens: z.array(tokenAnswer), next_cursor: nextCursor });
export const newTokenAnswer = named(
  'NewToken',
  'A token, which is shown only here.',
  z.strictObject({ ...tokenMembers, token: z.string() }),
);

export const rotatedTokenAnswer = named(
  'RotatedToken',
  'A token that replaces another, and is shown only here.',
  z.strictObject({ ...tokenMembers, token: z.string(), predecessor: tokenAnswer }),
);

export const meAnswer = named(
  'Caller',
  'Who calls, and what it may do.',
  z.strictObject({
    actor: z.string(),
    project: z.string(),
    role: z.enum(roles),
    token: z.strictObject({ id: z.guid(), expires_at: moment.nullable() }),
    session: z
      .strictObject({ id: z.guid(), expires_at: moment, insecure: z.boolean() })
      .nullable()
      .describe('Of a browser that is signed in; null of who sends a token.'),
    home: z.string(),
    console: z.string().nullable().describe('Where the web console is; null where there is none.'),
    temporal_web: z.string().nullable().describe("Where Temporal's own pages are; null where they are not known."),
    version: z.string(),
  }),
);

const sessionMembers = {
  id: z.guid(),
  actor: z.string(),
  project: z.string(),
  role: z.enum(roles),
  token_id: z.guid(),
  browser: z.string(),
  insecure: z.boolean().describe('Whether it is on another machine, and reaches the API without TLS.'),
  created_at: moment,
  last_seen_at: moment.describe('To the minute.'),
  expires_at: moment.describe('At the latest; it also ends after two hours without a request.'),
};
export const sessionAnswer: z.ZodType<SessionDocument> = named(
  'Session',
  'A browser that is signed in.',
  z.strictObject(sessionMembers),
);
export const sessionsAnswer = z.strictObject({
  sessions: z.array(sessionAnswer),
  current: z.guid().nullable().describe('That of the caller.'),
});
export const newSessionAnswer = named(
  'NewSession',
  'A session, the half of it that the page keeps, and a cookie with the other half.',
  z.strictObject({ session: sessionAnswer, secret: z.string() }),
);
export const ticketAnswer = named(
  'Ticket',
  'What a link signs in with, once.',
  z.strictObject({
    ticket: z.string(),
    role: z.enum(roles),
    actor: z.string(),
    expires_at: moment,
    console: z.string().nullable().describe('Where the web console is; null where there is none.'),
  }),
);

export const auditAnswer = named(
  'Audit',
  'Changes that were asked for, and refusals.',
  z.strictObject({
    entries: z.array(
      z.strictObject({
        id: z.string(),
        at: moment,
        actor: z.string(),
        project: z.string(),
        service_id: z.guid().nullable(),
        action: z.string(),
        details: anything,
        token_id: z.guid().nullable(),
        request_id: z.string().nullable(),
      }),
    ),
    next_cursor: nextCursor,
  }),
);
