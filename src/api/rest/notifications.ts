import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { PgrowError } from '../../domain/errors.ts';
import { newChannelInput, partsOf, signingPrefix } from '../../domain/notifications/channels.ts';
import { noticeTypes } from '../../domain/notifications/notice.ts';
import { allProjects, projectText } from '../../domain/tokens.ts';
import { channelNameTaken } from '../../store/channels.ts';
import { askedBy } from '../audit.ts';
import { callerOf } from '../auth.ts';
import { bodyRules, type Parts } from '../bodies.ts';
import { findOwnChannel, includesProject } from '../channels.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { channelAnswer, channelsAnswer, newChannelAnswer } from '../documents/notifications.ts';
import { parseBody } from '../parse-body.ts';

const channelBody = { channel: newChannelInput } satisfies Parts;
const enabledBody = { change: z.strictObject({ enabled: z.boolean() }) } satisfies Parts;

/** Where notifications go. */
export const notificationRoutes = (app: FastifyInstance, { store }: ApiDependencies): void => {
  const tags = ['notifications'];
  const path = '/v1/notifications/channels';

  app.get(
    path,
    {
      config: { role: 'operator', answers: { 200: channelsAnswer } },
      schema: { tags, summary: 'Channels of the project, or of all, by name' },
    },
    async (request) => ({ channels: await store.listChannels(callerOf(request).project) }),
  );

  app.post(
    path,
    {
      config: { role: 'admin', answers: { 201: newChannelAnswer } },
      schema: {
        tags,
        summary: 'Add a channel; the answer is the only place that shows its signing secret',
        body: bodyRules(channelBody),
      },
    },
    async (request, reply) => {
      const { channel } = parseBody(channelBody, request.body, withoutSecrets);
      const { name, project, events = noticeTypes } = channel;
      refuseForeign(request, channel);
      const database = await nameOfDatabase(store, channel);
      if ((await store.listChannels(project)).some((each) => each.project === project && each.name === name))
        throw channelNameTaken(name);
      const parts = partsOf(channel, `${signingPrefix}${randomBytes(32).toString('base64')}`);
      const details = { name, target: parts.target, events, ...(database !== null && { database }) };
      await store.recordAudit({ ...askedBy(request), project, service_id: null, action: 'add_channel', details });
      const created_by = callerOf(request).actor;
      const added = await store.addChannel({ ...parts, name, project, database, events, created_by });
      void reply.code(201).header('location', `${path}/${added.id}`);
      return { ...added, secret: parts.secrets.signing ?? null };
    },
  );

  app.patch(
    `${path}/:channelId`,
    {
      config: { role: 'admin', answers: { 200: channelAnswer } },
      schema: { tags, summary: 'Disable a channel, or enable it again', body: bodyRules(enabledBody) },
    },
    async (request) => {
      const found = await findOwnChannel(store, request);
      const { enabled } = parseBody(enabledBody, request.body).change;
      await recordChange(request, enabled ? 'enable_channel' : 'disable_channel', found);
      return (await store.enableChannel(found.id, enabled, null)) ?? found;
    },
  );

  app.delete(
    `${path}/:channelId`,
    {
      config: { role: 'admin', answers: { 200: channelAnswer } },
      schema: { tags, summary: 'Remove a channel, with its secrets and what was sent to it' },
    },
    async (request) => {
      const found = await findOwnChannel(store, request);
      await recordChange(request, 'remove_channel', found);
      await store.removeChannel(found.id);
      return found;
    },
  );

  const recordChange = (
    request: FastifyRequest,
    action: string,
    { id, name, project }: { readonly id: string; readonly name: string; readonly project: string },
  ) => store.recordAudit({ ...askedBy(request), project, service_id: null, action, details: { channel: id, name } });
};

/** A URL may hold a token, and what is misspelt may be a password. */
const withoutSecrets = /^(name|project|database|events)\b/;

/** Notices have names only. Null for all databases. @throws PgrowError `not_found` */
const nameOfDatabase = async (
  store: Pick<ApiDependencies['store'], 'readDatabase'>,
  { database, project }: z.output<typeof newChannelInput>,
): Promise<string | null> => {
  if (database === undefined) return null;
  const found = await store.readDatabase(database, project === allProjects ? undefined : project);
  if (found) return found.name;
  throw new PgrowError('not_found', `There is no database ${database} in ${projectText(project)}.`);
};

/** @throws PgrowError `forbidden` */
const refuseForeign = (
  request: FastifyRequest,
  { project, webhook, email }: z.output<typeof newChannelInput>,
): void => {
  const own = callerOf(request).project;
  if (!includesProject(own, project))
    throw new PgrowError('forbidden', `A token of project ${own} cannot add a channel for ${projectText(project)}.`);
  if (own !== allProjects && (webhook ?? email)?.allow_private)
    throw new PgrowError(
      'forbidden',
      `The token is for project ${own}. A channel that may lead to private addresses reaches the network of the control plane: an admin of all projects can add it.`,
    );
};
