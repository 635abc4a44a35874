import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { execute, subscribe, type ExecutionResult, type GraphQLError } from 'graphql';
import { createHandler } from 'graphql-http';
import { PgrowError } from '../../domain/errors.ts';
import { askedBy, recordRefused } from '../audit.ts';
import { callerOf } from '../auth.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { graphqlAnswer } from '../documents/graphql.ts';
import { eventStreams, type EventStream } from '../rest/event-stream.ts';
import type { TokenWatch } from '../stream/valid-tokens.ts';
import type { GraphqlContext } from './context.ts';
import { answerError, knownError } from './errors.ts';
import { paramsRules, prepare, readParams, type Prepared } from './prepare.ts';
import { createSchema } from './schema.ts';

/** Each looks at an operation five times a second. */
const mostStreams = 100;

/**
 * `POST /graphql`, as GraphQL over HTTP has it; where the caller accepts nothing but `text/event-stream`, or subscribes, the events
 * of GraphQL over SSE, in its mode of distinct connections. Callers need a token; each field says which role it takes.
 */
export const graphqlRoutes = (app: FastifyInstance, dependencies: ApiDependencies & TokenWatch): void => {
  const schema = createSchema(dependencies);
  const streams = eventStreams(app, null);
  const { tokens } = dependencies;
  const stopping = new AbortController();
  app.addHook('preClose', () => stopping.abort());
  app.post(
    '/graphql',
    {
      config: { role: 'viewer', answers: { 200: graphqlAnswer } },
      schema: {
        tags: ['graphql'],
        summary: 'GraphQL: queries, changes, and subscriptions as server-sent events',
        body: paramsRules,
      },
    },
    async (request: FastifyRequest, reply: FastifyReply) => {
      const params = readParams(request);
      const prepared = prepare(schema, params);
      const noteRefusal = (result: ExecutionResult) => recordUnstarted(dependencies, request, prepared, result);
      if ('errors' in prepared) await noteRefusal({ errors: prepared.errors });
      if (wantsEvents(request, prepared)) {
        if (streams.count() >= mostStreams) throw tooMany;
        return streams.answer(request, reply, async (stream) => {
          const invalid = new AbortController();
          const end = tokens.watch(callerOf(request), (why) => invalid.abort(why));
          await answerEvents({ request, prepared, stream, noteRefusal, invalid: invalid.signal }).finally(end);
        });
      }
      if (prepared.kind === 'subscription') throw needsEvents;
      const gone = new AbortController();
      reply.raw.on('close', () => gone.abort());
      const contextValue = { request, signal: AbortSignal.any([gone.signal, stopping.signal]) };
      const handle = createHandler<unknown, unknown, GraphqlContext>({
        parseRequestParams: () => params,
        onSubscribe: () => ('errors' in prepared ? prepared.errors : { ...prepared.args, contextValue }),
        onOperation: (_, __, result) => noteRefusal(result),
        formatError: (error) => answerError(request, error) as unknown as GraphQLError,
      });
      const { method, url, headers } = request;
      const [answer, init] = await handle({ method, url, headers, body: null, raw: request, context: null });
      if (answer === null) throw notAcceptable;
      void reply.code(init.status).headers(init.headers ?? {});
      return reply.send(answer);
    },
  );
};

/** Clients that accept several kinds read JSON where there is only one result. */
const wantsEvents = ({ headers: { accept = '*/*' } }: FastifyRequest, { kind }: Prepared): boolean =>
  accept.includes('text/event-stream') && (kind === 'subscription' || !/json|\*/.test(accept));

/** A mutation none of whose fields was run: those that were have noted their refusals themselves. */
const recordUnstarted = async (
  { store }: ApiDependencies,
  request: FastifyRequest,
  { kind }: Prepared,
  { data, errors: [error] = [] }: ExecutionResult,
): Promise<void> => {
  if (kind !== 'mutation' || data !== undefined || !error) return;
  const refused = { askedBy: askedBy(request), project: callerOf(request).project, request: 'POST /graphql' };
  await recordRefused({ store, log: request.log }, knownError(error), refused);
};

interface AnsweredEvents {
  readonly request: FastifyRequest;
  readonly prepared: Prepared;
  readonly stream: EventStream;
  readonly noteRefusal: (result: ExecutionResult) => Promise<void>;
  /** Aborts when the caller's token is no longer valid, or the session has ended. */
  readonly invalid: AbortSignal;
}

/** `next` with each result, and `complete` after the last. What the caller cannot have is a result as well. */
const answerEvents = async ({
  request,
  prepared,
  stream: { signal, send },
  noteRefusal,
  invalid,
}: AnsweredEvents): Promise<void> => {
  const next = ({ data, errors }: ExecutionResult) =>
    send('next', {
      ...(data !== undefined && { data }),
      ...(errors && { errors: errors.map((error) => answerError(request, error)) }),
    });
  try {
    if ('errors' in prepared) await next(prepared);
    else {
      const args = { ...prepared.args, contextValue: { request, signal: AbortSignal.any([signal, invalid]) } };
      const results = await (prepared.kind === 'subscription' ? subscribe(args) : execute(args));
      if (Symbol.asyncIterator in results) {
        for await (const result of results) await next(result);
        invalid.throwIfAborted();
      } else {
        await noteRefusal(results);
        await next(results);
      }
    }
  } catch (error) {
    await send('next', { errors: [answerError(request, error as Error)] });
  }
  await send('complete');
};

const tooMany = new PgrowError(
  'too_many',
  `${mostStreams} subscriptions are open already, which is the limit. Close one of them, or ask for the operation itself.`,
);

const needsEvents = new PgrowError(
  'malformed_request',
  'A subscription is answered as a stream of events. Send the header "Accept: text/event-stream".',
);

const notAcceptable = new PgrowError(
  'malformed_request',
  'GraphQL is answered as application/graphql-response+json, application/json or text/event-stream. Accept one of them.',
);
