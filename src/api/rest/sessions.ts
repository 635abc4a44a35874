import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { PgrowError } from '../../domain/errors.ts';
import { sessionCookie, type SessionDocument } from '../../domain/sessions.ts';
import { allProjects, includes } from '../../domain/tokens.ts';
import { askedBy } from '../audit.ts';
import { callerOf } from '../auth.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { sessionAnswer, sessionsAnswer } from '../documents/access.ts';
import { inProject, setCookie } from './session-cookie.ts';
import { signInRoutes, ticketRoutes } from './sign-in.ts';

const tags = ['access'];

/** How browsers sign in, and stay signed in. */
export const sessionRoutes = (app: FastifyInstance, dependencies: ApiDependencies): void => {
  ticketRoutes(app, dependencies);
  signInRoutes(app, dependencies);
  listRoutes(app, dependencies);
};

/** Those that are signed in, and signing them out. */
const listRoutes = (app: FastifyInstance, dependencies: ApiDependencies): void => {
  app.get(
    '/v1/sessions',
    {
      config: { role: 'viewer', answers: { 200: sessionsAnswer } },
      schema: { tags, summary: "Browsers that are signed in with the caller's token, or with any, newest first" },
    },
    async (request) => ({
      sessions: await listed(dependencies, request),
      current: callerOf(request).session?.id ?? null,
    }),
  );

  app.delete(
    '/v1/sessions/:sessionId',
    {
      config: { role: 'viewer', answers: { 200: sessionAnswer } },
      schema: { tags, summary: 'Sign a browser out: from now on it is refused. `current`: that of the caller' },
    },
    async (request, reply) => {
      const { sessionId } = request.params as { sessionId: string };
      const current = callerOf(request).session?.id;
      const id = sessionId === 'current' ? current : sessionId;
      const found = (await listed(dependencies, request)).find((each) => each.id === id);
      if (!found) throw new PgrowError('not_found', `There is no session ${sessionId}. GET /v1/sessions lists them.`);
      await end(dependencies, request, reply, found);
      return found;
    },
  );

  app.delete(
    '/v1/sessions',
    {
      config: { role: 'viewer', answers: { 200: sessionsAnswer } },
      schema: { tags, summary: 'Sign out all browsers that the caller may sign out, its own among them' },
    },
    async (request, reply) => {
      const sessions = await listed(dependencies, request);
      for (const each of sessions) await end(dependencies, request, reply, each);
      return { sessions, current: callerOf(request).session?.id ?? null };
    },
  );
};

const end = async (
  { store, home }: ApiDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  session: SessionDocument,
): Promise<void> => {
  const { id, actor } = session;
  const details = { session: id, name: actor };
  await store.recordAudit({ ...askedBy(request), ...inProject(session), action: 'end_session', details });
  await store.endSession(id);
  if (id !== callerOf(request).session?.id) return;
  setCookie(request, reply, { name: sessionCookie(home), value: '', seconds: 0 });
};

/** Those that the caller may see and end: not those that may do more than it. */
const listed = async ({ store }: ApiDependencies, request: FastifyRequest): Promise<readonly SessionDocument[]> => {
  const { role, project, token_id } = callerOf(request);
  const isForAll = role === 'admin' && project === allProjects;
  const sessions = await store.listSessions(isForAll ? {} : { token_id });
  return sessions.filter((each) => includes(role, each.role));
};
