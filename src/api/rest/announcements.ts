import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { PgrowError } from '../../domain/errors.ts';
import { allProjects, projectText } from '../../domain/tokens.ts';
import { askedBy } from '../audit.ts';
import { callerOf } from '../auth.ts';
import { bodyRules, type Parts } from '../bodies.ts';
import { findOwnChannel, includesProject } from '../channels.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { announcedAnswer, deliveryAnswer } from '../documents/notifications.ts';
import { parseBody } from '../parse-body.ts';
import { startDeliveries } from '../start-deliveries.ts';

const isMoment = (text: string): boolean => z.iso.datetime({ offset: true }).safeParse(text).success;

const announcementBody = {
  announcement: z.strictObject({
    project: z.string().min(1).max(63),
    /** Name of the only database that it concerns. */
    database: z.string().min(1).max(63).optional(),
    message: z.string().min(1).max(2000),
    /** When the work begins, ISO 8601. */
    starts_at: z.string().refine(isMoment, 'a time such as 2026-12-01T20:00:00Z').optional(),
  }),
} satisfies Parts;

/** What a person sends. */
export const announcementRoutes = (app: FastifyInstance, dependencies: ApiDependencies): void => {
  const { store } = dependencies;
  const tags = ['notifications'];

  app.post(
    '/v1/notifications/channels/:channelId/test',
    {
      config: { role: 'admin', answers: { 202: deliveryAnswer } },
      schema: { tags, summary: 'Send a test message through a channel' },
    },
    async (request, reply) => {
      const { id, name, project, enabled } = await findOwnChannel(store, request);
      if (!enabled) throw channelDisabled(name);
      const { actor } = callerOf(request);
      const details = { channel: id, name };
      await store.recordAudit({ ...askedBy(request), project, service_id: null, action: 'test_channel', details });
      const notice = { key: `test-${randomUUID()}`, type: 'test', at: new Date().toISOString(), project } as const;
      const [sent] = await store.recordNotice({ ...notice, database: null, data: { actor } }, id);
      const delivery = sent === undefined ? null : await store.findDelivery(sent);
      if (!delivery) throw channelDisabled(name);
      await startDeliveries(dependencies, request, [delivery.id]);
      void reply.code(202);
      return delivery;
    },
  );

  app.post(
    '/v1/notifications/announcements',
    {
      config: { role: 'operator', answers: { 202: announcedAnswer } },
      schema: { tags, summary: 'Announce maintenance to all who hear of it', body: bodyRules(announcementBody) },
    },
    async (request, reply) => {
      const { announcement } = parseBody(announcementBody, request.body);
      const { message, starts_at = null } = announcement;
      const { project, database, service_id } = await subjectOf(store, request, announcement);
      const { actor } = callerOf(request);
      const details = { message, starts_at, ...(database !== null && { database }) };
      await store.recordAudit({ ...askedBy(request), project, service_id, action: 'announce', details });
      const deliveries = await store.recordNotice({
        key: `announcement-${randomUUID()}`,
        type: 'maintenance.announced',
        at: new Date().toISOString(),
        project,
        database,
        data: { actor, message, starts_at, ...(service_id !== null && { service_id }) },
      });
      await startDeliveries(dependencies, request, deliveries);
      void reply.code(202);
      return { deliveries };
    },
  );
};

const channelDisabled = (name: string): PgrowError =>
  new PgrowError('refused', `Channel ${name} is disabled. Enable it first: ./pgrow notifications enable ${name}`);

interface Subject {
  readonly project: string;
  /** Name. */
  readonly database: string | null;
  readonly service_id: string | null;
}

/** @throws PgrowError `forbidden` for another project, `not_found` for a database that is not in it */
const subjectOf = async (
  store: Pick<ApiDependencies['store'], 'readDatabase'>,
  request: FastifyRequest,
  { project, database }: { readonly project: string; readonly database?: string | undefined },
): Promise<Subject> => {
  const own = callerOf(request).project;
  if (!includesProject(own, project))
    throw new PgrowError('forbidden', `The token is for project ${own}, not for ${projectText(project)}.`);
  if (database === undefined) return { project, database: null, service_id: null };
  const found = await store.readDatabase(database, project === allProjects ? undefined : project);
  if (found) return { project: found.project, database: found.name, service_id: found.id };
  throw new PgrowError('not_found', `There is no database ${database} in ${projectText(project)}.`);
};
