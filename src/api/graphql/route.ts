import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  execute,
  getOperationAST,
  GraphQLError,
  parse,
  subscribe,
  validate,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql';
import { createHandler, type OperationArgs, type RequestParams } from 'graphql-http';
import { z } from 'zod';
import { PgrowError } from '../../domain/errors.ts';
import { problemsOf } from '../../domain/input-problems.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { graphqlAnswer } from '../documents/graphql.ts';
import { eventStreams, type EventStream } from '../rest/event-stream.ts';
import type { GraphqlContext } from './context.ts';
import { answerError } from './errors.ts';
import { mostTokens, refuseBeyondLimits } from './limits.ts';
import { createSchema } from './schema.ts';

/** Each looks at an operation five times a second. */
const mostStreams = 100;

/**
 * `POST /graphql`, as GraphQL over HTTP has it; with `Accept: text/event-stream` the events of GraphQL over SSE, in its mode of
 * distinct connections. Whoever calls needs a token; what it may do each field says.
 */
export const graphqlRoutes = (app: FastifyInstance, dependencies: ApiDependencies): void => {
  const schema = createSchema(dependencies);
  const streams = eventStreams(app);
  const stopping = new AbortController();
  app.addHook('preClose', () => stopping.abort());
  app.post(
    '/graphql',
    {
      config: { role: 'viewer', answers: { 200: graphqlAnswer } },
      schema: {
        tags: ['graphql'],
        summary: 'GraphQL: queries, changes, and subscriptions as server-sent events',
        body,
      },
    },
    async (request: FastifyRequest, reply: FastifyReply) => {
      const params = readParams(request);
      if (wantsEvents(request)) {
        if (streams.count() >= mostStreams) throw tooMany;
        return streams.answer(request, reply, (stream) => answerEvents(schema, request, params, stream));
      }
      const gone = new AbortController();
      reply.raw.on('close', () => gone.abort());
      const context = { request, signal: AbortSignal.any([gone.signal, stopping.signal]) };
      const { method, url, headers } = request;
      const handler = createHandler<unknown, unknown, GraphqlContext>({
        parseRequestParams: () => params,
        onSubscribe: () => prepare(schema, context, params),
        formatError: (error) => answerError(request, error) as unknown as GraphQLError,
      });
      const [answer, { status, headers: answered }] = await handler({
        method,
        url,
        headers,
        body: null,
        raw: request,
        context: null,
      });
      if (answer === null) throw notAcceptable;
      return reply
        .code(status)
        .headers(answered ?? {})
        .send(answer);
    },
  );
};

const requestParams = z.object({
  query: z.string(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  extensions: z.record(z.string(), z.unknown()).nullish(),
});

const body = z.toJSONSchema(requestParams, { target: 'draft-2020-12' });

/** @throws PgrowError `malformed_request`; one request asks for one operation */
const readParams = ({ body: given }: FastifyRequest): RequestParams => {
  const { data, error } = requestParams.safeParse(given);
  if (data) return data;
  const problems = problemsOf(requestParams, error, given);
  const list = problems.map(({ path, allowed }) => `${path || 'it'} must be ${allowed}`).join('; ');
  throw new PgrowError('malformed_request', `The body is no GraphQL request: ${list}.`, { problems });
};

type Prepared = OperationArgs<GraphqlContext>;

/** What is to be executed, or why it is not: refused before anything is asked. */
const prepare = (
  schema: GraphQLSchema,
  contextValue: GraphqlContext,
  { query, operationName, variables }: RequestParams,
): Prepared | readonly GraphQLError[] => {
  try {
    const document = parse(query, { maxTokens: mostTokens });
    const errors = validate(schema, document);
    if (errors.length > 0) return errors;
    const operation = getOperationAST(document, operationName);
    if (!operation) {
      const which =
        operationName == null ? 'several operations: name one as operationName' : `no operation ${operationName}`;
      return [new GraphQLError(`The document has ${which}.`)];
    }
    refuseBeyondLimits({ schema, document, operation, variables: variables ?? {} });
    return { schema, document, operationName, variableValues: variables, contextValue };
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    if (error instanceof PgrowError) return [new GraphQLError(error.message, { originalError: error })];
    throw error;
  }
};

const wantsEvents = ({ headers }: FastifyRequest): boolean => headers.accept?.includes('text/event-stream') ?? false;

const answerEvents = async (
  schema: GraphQLSchema,
  request: FastifyRequest,
  params: RequestParams,
  { signal, send }: EventStream,
): Promise<void> => {
  const next = ({ data, errors }: ExecutionResult) =>
    send('next', {
      ...(data !== undefined && { data }),
      ...(errors && { errors: errors.map((error) => answerError(request, error)) }),
    });
  try {
    const args = prepare(schema, { request, signal }, params);
    if ('length' in args) await next({ errors: args });
    else if (getOperationAST(args.document, args.operationName)?.operation === 'subscription') {
      const results = await subscribe(args);
      if (Symbol.asyncIterator in results) for await (const result of results) await next(result);
      else await next(results);
    } else await next(await execute(args));
  } catch (error) {
    await send('next', { errors: [answerError(request, error as Error)] });
  }
  await send('complete');
};

const tooMany = new PgrowError(
  'too_many',
  `${mostStreams} subscriptions are open already, which is the limit. Close one of them, or ask for the operation itself.`,
);

const notAcceptable = new PgrowError(
  'malformed_request',
  'GraphQL is answered as application/graphql-response+json, application/json or text/event-stream. Accept one of them.',
);
