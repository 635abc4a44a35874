import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { PgrowError } from '../../domain/errors.ts';
import {
  lifeOf,
  managesTokensOf,
  newTokenInput,
  projectText,
  rotateTokenInput,
  whyNotRotated,
  type TokenDocument,
} from '../../domain/tokens.ts';
import { askedBy } from '../audit.ts';
import { callerOf } from '../auth.ts';
import { bodyRules, type Parts } from '../bodies.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { meAnswer, newTokenAnswer, rotatedTokenAnswer, tokenAnswer, tokensAnswer } from '../documents/access.ts';
import { newestFirst, pagesOf } from '../pages.ts';
import { parseBody } from '../parse-body.ts';

const pages = pagesOf('tokens', newestFirst(z.guid()), { usual: 1000, most: 1000 });

const tokenBody = { token: newTokenInput } satisfies Parts;
const rotateBody = { rotation: rotateTokenInput } satisfies Parts;

/** Who may call the API, and as what. */
export const tokenRoutes = (app: FastifyInstance, dependencies: ApiDependencies): void => {
  const { store, home, addresses, version } = dependencies;
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
      const found = await findToken(store, request);
      const { id, name, project } = found;
      if (found.created_by === null && found.successor === null) {
        const message = `The token ${name} is the control plane's own. To replace it, on the host of its home: ./pgrow tokens rotate --own`;
        throw new PgrowError('refused', message);
      }
      const details = { token: id, name };
      await store.recordAudit({ ...askedBy(request), project, service_id: null, action: 'revoke_token', details });
      await store.revokeToken(id);
      return found;
    },
  );

  rotationRoute(app, dependencies);
};

const rotationRoute = (app: FastifyInstance, { store }: ApiDependencies): void => {
  app.post(
    '/v1/tokens/:tokenId/rotate',
    {
      config: { role: 'admin', answers: { 201: rotatedTokenAnswer } },
      schema: {
        tags: ['access'],
        summary: 'Replace a token by one that may do the same; the answer is the only place that shows it',
        body: bodyRules(rotateBody),
      },
    },
    async (request, reply) => {
      const found = await findToken(store, request);
      const { rotation } = parseBody(rotateBody, request.body);
      const refusal = whyNotRotated(found);
      if (refusal) throw new PgrowError('refused', refusal);
      const { id, name, project, role } = found;
      const expires_in = lifeOf(found);
      const asked = { ...askedBy(request), project, service_id: null };
      await store.recordAudit({ ...asked, action: 'rotate_token', details: { token: id, name, ...rotation } });
      await store.recordAudit({ ...asked, action: 'create_token', details: { name, role, expires_in, replaces: id } });
      const token = newToken();
      const wanted = { name, project, role, expires_in, token, created_by: callerOf(request).actor };
      const created = await store.replaceToken(id, wanted, rotation.grace_seconds);
      const predecessor = await store.findToken(id);
      if (!predecessor) throw noToken(id);
      // Another request was faster.
      if (!created)
        throw new PgrowError('refused', whyNotRotated(predecessor) ?? `The token ${name} has just been rotated.`);
      void reply.code(201).header('location', `/v1/tokens/${created.id}`);
      return { ...created, token, predecessor };
    },
  );
};

const findToken = async (store: ApiDependencies['store'], request: FastifyRequest): Promise<TokenDocument> => {
  const { tokenId } = request.params as { tokenId: string };
  const found = await store.findToken(tokenId);
  if (found && managesTokensOf(callerOf(request).project, found.project)) return found;
  throw noToken(tokenId);
};

const noToken = (id: string): PgrowError =>
  new PgrowError('not_found', `There is no token ${id}. To see which there are: ./pgrow tokens`);

/** 256 bits. The prefix lets scanners for secrets find one that was published. */
const newToken = (): string => `pgrow_${randomBytes(32).toString('base64url')}`;
