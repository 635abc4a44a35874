import { z } from 'zod';
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

export const meAnswer = named(
  'Caller',
  'Who calls, and what it may do.',
  z.strictObject({
    actor: z.string(),
    project: z.string(),
    role: z.enum(roles),
    token: z.strictObject({ id: z.guid(), expires_at: moment.nullable() }),
    home: z.string(),
    version: z.string(),
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
