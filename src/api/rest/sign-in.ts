import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { PgrowError } from '../../domain/errors.ts';
import {
  newTicketInput,
  sessionCookie,
  sessionLife,
  signInInput,
  ticketLife,
  type SessionDocument,
} from '../../domain/sessions.ts';
import { allProjects } from '../../domain/tokens.ts';
import { refusedAction } from '../../store/audit.ts';
import type { NewSession } from '../../store/sessions.ts';
import { askedBy } from '../audit.ts';
import { callerOf, requireRole } from '../auth.ts';
import { bodyRules, type Parts } from '../bodies.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { newSessionAnswer, ticketAnswer } from '../documents/access.ts';
import { identifyBearer } from '../identify.ts';
import { parseBody } from '../parse-body.ts';
import { wayOf } from '../same-origin.ts';
import { inProject, setCookie } from './session-cookie.ts';

const ticketBody = { ticket: newTicketInput } satisfies Parts;
const signInBody = { signIn: signInInput } satisfies Parts;

/** Characters. */
const longestActor = 200;
const longestBrowser = 200;

const tags = ['access'];

/** With what a browser signs in. */
export const ticketRoutes = (app: FastifyInstance, { store, addresses }: ApiDependencies): void => {
  app.post(
    '/v1/sessions/tickets',
    {
      config: { role: 'viewer', signsIn: true, answers: { 201: ticketAnswer } },
      schema: {
        tags,
        summary: `Create a ticket, with which a browser signs in once, within ${ticketLife} seconds`,
        body: bodyRules(ticketBody),
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      if (caller.session)
        throw new PgrowError('forbidden', 'A browser that is signed in lets no other in. Use a token: ./pgrow web');
      const { role = caller.role, name } = parseBody(ticketBody, request.body).ticket;
      requireRole(caller, role);
      const isNamed = name !== undefined && name !== caller.actor;
      const actor = (isNamed ? `${caller.actor}:${name}` : caller.actor).slice(0, longestActor);
      const details = { role, name: actor };
      await store.recordAudit({ ...askedBy(request), ...inProject(caller), action: 'create_ticket', details });
      const ticket = newSecret();
      const expires_at = await store.createTicket({ ticket, token_id: caller.token_id, actor, role });
      void reply.code(201);
      return { ticket, role, actor, expires_at, console: addresses.console };
    },
  );
};

/** Signs it in. */
export const signInRoutes = (app: FastifyInstance, dependencies: ApiDependencies): void => {
  app.post(
    '/v1/sessions',
    {
      config: { public: true, signsIn: true, answers: { 201: newSessionAnswer } },
      schema: {
        tags,
        summary:
          'Sign a browser in, with a ticket or a token; the answer sets a cookie, which is one half of the session',
        security: [],
        body: bodyRules(signInBody),
      },
    },
    async (request, reply) => {
      const { session, halves } = await signIn(dependencies, request).catch(async (error: unknown) => {
        await recordFailure(dependencies, request, error);
        throw error;
      });
      setCookie(request, reply, { name: sessionCookie(dependencies.home), value: halves.cookie, seconds: sessionLife });
      void reply.code(201).header('location', `/v1/sessions/${session.id}`);
      return { session, secret: halves.secret };
    },
  );
};

interface SignedIn {
  readonly session: SessionDocument;
  readonly halves: NewSession;
}

const signIn = async ({ store, allowsInsecureWeb }: ApiDependencies, request: FastifyRequest): Promise<SignedIn> => {
  const way = wayOf(request);
  if (way === 'insecure' && !allowsInsecureWeb) throw insecureWay;
  const { ticket, token } = parseBody(signInBody, request.body, /^$/).signIn;
  if ((ticket === undefined) === (token === undefined)) throw oneOfBoth;
  const halves: NewSession = {
    cookie: newSecret(),
    secret: newSecret(),
    browser: (request.headers['user-agent'] ?? '').slice(0, longestBrowser),
    insecure: way === 'insecure',
  };
  const session =
    ticket === undefined
      ? await store.openSessionOf(await identifyBearer(store, token), halves)
      : await store.openSession(ticket, halves);
  if (!session) throw uselessTicket;
  const { actor, token_id } = session;
  const details = { session: session.id, role: session.role, way, with: ticket === undefined ? 'token' : 'ticket' };
  const by = { actor, token_id, request_id: request.id };
  await store.recordAudit({ ...by, ...inProject(session), action: 'sign_in', details });
  return { session, halves };
};

/** Who it was is not known. */
const recordFailure = async ({ store }: ApiDependencies, request: FastifyRequest, error: unknown): Promise<void> => {
  if (!(error instanceof PgrowError) || error.status >= 500) return;
  const details = { request: 'POST /v1/sessions', code: error.code };
  const by = { actor: 'unknown', request_id: request.id };
  await store.recordAudit({ ...by, ...inProject({ project: allProjects }), action: refusedAction, details });
};

/** 256 bits. */
const newSecret = (): string => randomBytes(32).toString('base64url');

const uselessTicket = new PgrowError(
  'unauthorized',
  `This link has been used or has expired: it signs in once, within ${ticketLife} seconds. For another: ./pgrow web`,
);
const insecureWay = new PgrowError(
  'forbidden',
  'Without TLS anyone on the way could read along, so browsers on other machines do not sign in. Use a tunnel (ssh -L) or a proxy with TLS; to allow it all the same, set PGROW_WEB_INSECURE=yes for the API.',
);
const oneOfBoth = new PgrowError('invalid_input', 'The request needs either a ticket or a token.');
