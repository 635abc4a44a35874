import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { docsPath } from './auth.ts';
import { linksOf } from './links.ts';
import { problem } from './documents/problem.ts';
import { published, type Published } from './documents/published.ts';

/** In place of a schema: server-sent events, described by the route itself. */
export const eventStream = 'text/event-stream';

/** What a route answers with, by status. Problems are the same everywhere. */
export type Answers = Readonly<Partial<Record<200 | 201 | 202, z.ZodType | typeof eventStream>>>;

export interface DocumentedRoute {
  readonly method: string;
  /** As it is registered: `/v1/tokens/:tokenId`. */
  readonly url: string;
  readonly answers: Answers;
  /** Whether its answers have entity tags (`entity-tags.ts`). */
  readonly polled: boolean;
  readonly streams: boolean;
  /** Whether HEAD answers like GET. A stream has nothing to answer but its events. */
  readonly head: boolean;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly answers?: Answers;
    /** Its 200 can also be server-sent events, where a parameter asks for them. */
    readonly streams?: true;
  }
  interface FastifyInstance {
    readonly documentedRoutes: readonly DocumentedRoute[];
  }
}

/** Collects what routes answer. One that does not say so is a mistake of ours, found when the API starts. */
export const collectAnswers = (app: FastifyInstance): void => {
  const routes: DocumentedRoute[] = [];
  app.decorate('documentedRoutes', routes);
  app.addHook('onRoute', ({ method, url, config, schema, exposeHeadRoute }) => {
    if (schema?.hide || url.startsWith(docsPath)) return;
    if (!config?.answers) throw new Error(`${url} must describe its answers`);
    for (const each of [method].flat())
      if (each !== 'HEAD')
        routes.push({
          method: each,
          url,
          answers: config.answers,
          polled: config.polled === true,
          streams: config.streams === true,
          head: each === 'GET' && exposeHeadRoute !== false,
        });
  });
};

/** The OpenAPI document with the answers of every route; the schemas that have names are components. */
export const withAnswers = (document: object, routes: readonly DocumentedRoute[]): Record<string, unknown> => {
  const openApi = document as OpenApi;
  const schemas: Record<string, unknown> = {};
  const schemaOf = (schema: z.ZodType): unknown => {
    const { properties, $defs = {} } = componentsOf(z.object({ schema }));
    Object.assign(schemas, $defs);
    return properties?.['schema'];
  };
  const asProblem = { 'application/problem+json': { schema: schemaOf(problem) } };
  const paths = { ...openApi.paths };
  for (const { method, url, answers, polled, streams } of routes) {
    const path = url.replace(/:(\w+)/g, '{$1}');
    const verb = method.toLowerCase();
    const responses = Object.fromEntries(
      Object.entries(answers).map(([status, answer]) => {
        const content = {
          ...(answer !== eventStream && { 'application/json': { schema: schemaOf(answer) } }),
          ...((streams || answer === eventStream) && { [eventStream]: {} }),
        };
        const links = linksOf(operationIdOf(method, url), status);
        return [
          status,
          { description: describe(answer, status), content, ...(Object.keys(links).length > 0 && { links }) },
        ];
      }),
    );
    const described = paths[path]?.[verb];
    if (!described) continue;
    const problems = {
      '4XX': { description: 'What is wrong with the request, and what to do next', content: asProblem },
      '5XX': { description: 'What pgrow could not do, and whether a retry can help', content: asProblem },
    };
    const operation = {
      operationId: operationIdOf(method, url),
      ...described,
      ...(polled && { parameters: [...(described.parameters ?? []), ifNoneMatch] }),
      responses: { ...responses, ...(polled && { 304: notModified }), ...problems },
    };
    paths[path] = { ...paths[path], [verb]: operation };
  }
  const components = { ...openApi.components, schemas: { ...openApi.components?.['schemas'], ...schemas } };
  return { ...openApi, paths, components };
};

const ifNoneMatch = {
  in: 'header',
  name: 'If-None-Match',
  description: 'The `ETag` of the answer the caller has: if it still holds, the answer is 304.',
  schema: { type: 'string' },
};
const notModified = { description: 'What the caller has still holds' };

/** `getPostgresOperationProgress`: the method, and where the path leads within a project. */
export const operationIdOf = (method: string, url: string): string => {
  const within = url
    .replace('/v1', '')
    .replace('/projects/:projectId', '')
    .replace('/services/:serviceId/postgres', '/postgres');
  const names = [...within.matchAll(/\/([\w-]+)(\/:\w+)?/g)].map(([, name = '', parameter]) =>
    (parameter === undefined ? name : name.replace(/ies$/, 'y').replace(/s$/, ''))
      .split('-')
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
      .join(''),
  );
  return `${method.toLowerCase()}${names.join('')}`;
};

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly parameters?: readonly object[] }>>>>;
  readonly components?: Readonly<Record<string, object>>;
}

/** Named schemas are components of the document. */
const componentsOf = (schema: z.ZodType): Published =>
  JSON.parse(JSON.stringify(published(schema)).replaceAll('"#/$defs/', '"#/components/schemas/')) as Published;

const describe = (answer: z.ZodType | typeof eventStream, status: string): string => {
  if (answer === eventStream) return 'Server-sent events';
  return answer.meta()?.description ?? (status === '202' ? 'Accepted' : 'OK');
};
