import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { PgrowError } from '../../domain/errors.ts';
import { eventStream } from '../answers.ts';
import { callerOf, keyOf } from '../auth.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { systemAnswer } from '../documents/system.ts';
import { problemDocument } from '../problem.ts';
import { readTexts } from '../query-parameters.ts';
import { systemReader } from '../read-system.ts';
import { openStreamConnection, type SentEvent, type StreamConnection } from '../stream/stream-connection.ts';
import { readPosition, writePosition } from '../stream/stream-position.ts';
import { mostTopics, topicRegistry } from '../stream/topics.ts';
import type { TokenWatch } from '../stream/valid-tokens.ts';

/** Of one token or session. */
const mostStreams = 20;

/** What happens, as it happens: many topics on one connection. */
export const streamRoutes = (app: FastifyInstance, dependencies: ApiDependencies & TokenWatch): void => {
  const readSystem = systemReader(dependencies);
  const topics = topicRegistry({ ...dependencies, readSystem });
  const { tokens } = dependencies;
  // What an earlier process has said is not known to this one.
  const epoch = randomBytes(6).toString('base64url').replaceAll('.', '');
  const open = new Map<StreamConnection, string>();
  app.addHook('preClose', () => [...open.keys()].forEach((connection) => connection.end()));

  app.get(
    '/v1/system',
    {
      config: { role: 'viewer', polled: true, answers: { 200: systemAnswer } },
      schema: {
        tags: ['control plane'],
        summary: 'The parts of the control plane: which is up, since when, and what to do',
      },
    },
    () => readSystem(),
  );

  app.get(
    '/v1/stream',
    {
      exposeHeadRoute: false,
      config: { role: 'viewer', answers: { 200: eventStream } },
      schema: {
        tags: ['control plane'],
        summary: 'What happens, as server-sent events',
        description,
        querystring: rules,
        headers,
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const asked = [...new Set(readTexts(request, 'topics'))].filter((name) => name !== '');
      const found = await topics.find(asked, caller);
      if ([...open.values()].filter((key) => key === keyOf(caller)).length >= mostStreams) throw tooMany;
      const position = readPosition(epoch, asked, request.headers['last-event-id'] as string | undefined);
      // Of those that have begun: another break must not skip what one of the others has yet to say.
      const known = new Set<number>();
      const ends: (() => void)[] = [];
      const connection = openStreamConnection(reply, {
        tooSlow: problemEvent(tooSlow),
        onClose: () => {
          open.delete(connection);
          for (const end of ends) end();
        },
      });
      open.set(connection, keyOf(caller));
      ends.push(tokens.watch(caller, (why) => connection.end(problemEvent(why))));
      for (const [index, topic] of found.entries()) {
        const after = position?.known.has(index) ? position.sequence : null;
        const end = topic.listen(({ sequence, event, data }) => {
          if (event !== 'problem') known.add(index);
          connection.send({ id: writePosition(epoch, asked, { known, sequence }), event, data });
        }, after);
        ends.push(end);
      }
      // Its reader had gone before it began, and goes no second time.
      if (reply.raw.destroyed) connection.end();
    },
  );
};

const problemEvent = (error: PgrowError): SentEvent => ({
  event: 'problem',
  data: JSON.stringify({ topic: null, problem: problemDocument(error, '/v1/stream') }),
});

const tooSlow = new PgrowError(
  'too_many',
  'What was sent was not read, so the stream ends. Connect again; read faster, or ask for fewer topics.',
);
const tooMany = new PgrowError(
  'too_many',
  `${mostStreams} streams are open with this token or in this browser, which is the limit. Close one of them, or ask for more topics on one stream.`,
);

const description =
  'Every event has a `topic`. `snapshot`: all there is to know, first of all and whenever a stream cannot be continued. `changed`: what ' +
  'has changed of `databases` (entries, and ids that are `removed`), of a database, or of `system`. `progress`: the members and steps ' +
  'of an operation that have changed, steps with their `index`. `ended`: an operation or a database has come to its end, and nothing ' +
  'follows. `problem`: a topic cannot be looked at for the moment, or, without a topic, why the stream ends. To continue after a ' +
  'break, send the last `id` as `Last-Event-ID`, as browsers do: what was said in between follows. How old a look at the nodes is ' +
  `makes no event. At most ${mostStreams} streams per token or session; one that is not read is ended.`;

const rules = {
  type: 'object',
  required: ['topics'],
  properties: {
    topics: {
      type: 'array',
      minItems: 1,
      maxItems: mostTopics,
      items: { type: 'string', pattern: '^(databases|system|database:[0-9a-f-]{36}|operation:[0-9a-f-]{36})$' },
      description: 'Separated by commas.',
    },
  },
} as const;

const headers = {
  type: 'object',
  properties: { 'Last-Event-ID': { type: 'string', description: 'The `id` of the last event that was received.' } },
} as const;
