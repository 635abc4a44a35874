import type { FastifyRequest } from 'fastify';
import { PgrowError } from '../domain/errors.ts';
import type { ChannelDocument } from '../domain/notifications/channels.ts';
import { allProjects } from '../domain/tokens.ts';
import { callerOf } from './auth.ts';
import type { ApiDependencies } from './dependencies.ts';

/** Whether a token of the first project concerns the second. */
export const includesProject = (own: string, project: string): boolean => own === allProjects || own === project;

/**
 * The channel that the path names.
 * @throws PgrowError `not_found`, also for one of another project
 */
export const findOwnChannel = async (
  store: Pick<ApiDependencies['store'], 'findChannel'>,
  request: FastifyRequest,
): Promise<ChannelDocument> => {
  const { channelId } = request.params as { channelId: string };
  const found = await store.findChannel(channelId);
  if (found && includesProject(callerOf(request).project, found.project)) return found;
  throw new PgrowError('not_found', `There is no channel ${channelId}. To see which there are: ./pgrow notifications`);
};
