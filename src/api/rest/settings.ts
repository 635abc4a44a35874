import type { FastifyInstance } from 'fastify';
import { extensionDocuments } from '../../domain/extension-list.ts';
import { settingDocuments } from '../../domain/setting-catalogue.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { extensionsAnswer, settingsAnswer } from '../documents/settings.ts';
import { findDatabase, serviceParams } from '../lookup.ts';
import { isSet, readText } from '../query-parameters.ts';

/** `GET …/postgres/settings?q=&chosen=` and `GET …/postgres/extensions`: what a change can choose from. */
export const settingsRoutes = (app: FastifyInstance, dependencies: ApiDependencies): void => {
  const postgres = '/v1/projects/:projectId/services/:serviceId/postgres';
  app.get(
    `${postgres}/settings`,
    {
      config: { role: 'viewer', answers: { 200: settingsAnswer } },
      schema: {
        tags: ['state'],
        summary: 'Settings of the servers: what they are and can be, and how a change takes effect',
        description: 'As the server that takes writes says at this moment. There are some four hundred.',
        querystring,
      },
    },
    async (request) => {
      const [q, onlyChosen] = [readText(request, 'q')?.toLowerCase(), isSet(request, 'chosen')];
      const database = await findDatabase(dependencies, serviceParams(request));
      const seen = await dependencies.readSettings(database.id);
      const settings = settingDocuments(database, seen).filter(
        ({ name, category, description, chosen, by_alter_system }) =>
          (q === undefined || `${name} ${category} ${description}`.toLowerCase().includes(q)) &&
          (!onlyChosen || chosen !== null || by_alter_system !== null),
      );
      return { node: seen.node, settings };
    },
  );

  app.get(
    `${postgres}/extensions`,
    {
      config: { role: 'viewer', answers: { 200: extensionsAnswer } },
      schema: {
        tags: ['state'],
        summary: 'Extensions that the application’s database has and can have',
        description: 'As the server that takes writes says at this moment.',
      },
    },
    async (request) => {
      const database = await findDatabase(dependencies, serviceParams(request));
      const { node, extensions } = await dependencies.readExtensions(database.id);
      return { node, extensions: extensionDocuments(database.postgres_major, extensions) };
    },
  );
};

const querystring = {
  type: 'object',
  properties: {
    q: { type: 'string', description: 'Part of a name, a category or a description.' },
    chosen: { type: 'boolean', description: 'Only what an operator or ALTER SYSTEM has set.' },
  },
} as const;
