import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { PgrowError } from '../../domain/errors.ts';
import { managesTokensOf, newTokenInput, projectText, type TokenDocument } from '../../domain/tokens.ts';
import { askedBy } from '../audit.ts';
import { callerOf } from '../auth.ts';
import { bodyRules, type Parts } from '../bodies.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { meAnswer, newTokenAnswer, tokenAnswer, tokensAnswer } from '../documents/access.ts';
import { newestFirst, pagesOf } from '../pages.ts';
import { parseBody } from '../parse-body.ts';

const pages = pagesOf('tokens', newestFirst(z.guid()), { usual: 1000, most: 1000 });

const tokenBody = { token: newTokenInput } satisfies Parts;

/** Who may call the API, and as what. */
export const tokenRoutes = (app: FastifyInstance, { store, home, addresses, version }: ApiDependencies): void => {
  const tags = ['access'];

  app.get(
    '/v1/me',
    {
      config: { role: 'viewer', answers: { 200: meAnswer } },
      schema: { tags, summary: 'Who the caller is: the token or session, its project and role' },
    },
    async (request) => {
      const { token_id, actor, project, role, expires_at, session } = callerOf(request);
      return {
        actor,
        project,
        role,
        token: { id: token_id, expires_at },
        session,
        home,
        console: addresses.console,
        temporal_web: addresses.temporal_web,
        version,
      };
    },
  );

  app.get(
    '/v1/tokens',
    {
      config: { role: 'admin', answers: { 200: tokensAnswer } },
      schema: {
        tags,
        summary: 'Tokens of the project, or of all, newest first',
        querystring: { type: 'object', properties: pages.rules },
      },
    },
    async (request) => {
      const { entries, next } = await store.pageTokens(callerOf(request).project, pages.read(request));
      return { tokens: entries, next_cursor: pages.cursor(next) };
    },
  );

  app.post(
    '/v1/tokens',
    {
      config: { role: 'admin', answers: { 201: newTokenAnswer } },
      schema: {
        tags,
        summary: 'Create a token; the answer is the only place that shows it',
        body: bodyRules(tokenBody),
      },
    },
    async (request, reply) => {
      const { token: wanted } = parseBody(tokenBody, request.body);
      const { project, name, role, expires_in } = wanted;
      const own = callerOf(request).project;
      if (!managesTokensOf(own, project))
        throw new PgrowError('forbidden', `A token of project ${own} cannot create one for ${projectText(project)}.`);
      const details = { name, role, expires_in };
      await store.recordAudit({ ...askedBy(request), project, service_id: null, action: 'create_token', details });
      const token = newToken();
      const created = await store.createToken({ ...wanted, token, created_by: callerOf(request).actor });
      void reply.code(201).header('location', `/v1/tokens/${created.id}`);
      return { ...created, token };
    },
  );

  app.delete(
    '/v1/tokens/:tokenId',
    {
      config: { role: 'admin', answers: { 200: tokenAnswer } },
      schema: { tags, summary: 'Revoke a token: from now on it is refused' },
    },
    async (request) => {
      const found = await findToken(request);
      const { id, name, project } = found;
      if (found.created_by === null) {
        const message = `The token ${name} is the control plane's own. To replace it, remove the file token of its home and restart the API.`;
        throw new PgrowError('refused', message);
      }
      const details = { token: id, name };
      await store.recordAudit({ ...askedBy(request), project, service_id: null, action: 'revoke_token', details });
      await store.revokeToken(id);
      return found;
    },
  );

  const findToken = async (request: FastifyRequest): Promise<TokenDocument> => {
    const { tokenId } = request.params as { tokenId: string };
    const found = await store.findToken(tokenId);
    if (found && managesTokensOf(callerOf(request).project, found.project)) return found;
    throw new PgrowError('not_found', `There is no token ${tokenId}. To see which there are: ./pgrow tokens`);
  };
};

/** 256 bits. The prefix lets scanners for secrets find one that was published. */
const newToken = (): string => `pgrow_${randomBytes(32).toString('base64url')}`;
