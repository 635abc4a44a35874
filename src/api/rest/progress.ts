import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { PgrowError } from '../../domain/errors.ts';
import type { OperationDocument } from '../../domain/operation.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { findOperation, operationParams, type OperationParams } from '../lookup.ts';
import { problemDocument } from '../problem.ts';
import { isTaken } from './slow-readers.ts';

const lookEveryMs = 200;
/** A comment this often keeps proxies from closing a stream in which nothing happens. */
const keepAliveMs = 15_000;

/** A reader that reads nothing for so long is dropped; for one that is only slow, older events are skipped. */
const slowReaderMs = 30_000;

/** Server-sent events: `progress` with the operation's document whenever it has changed, `end` after the last. */
export const progressRoutes = (app: FastifyInstance, dependencies: ApiDependencies): void => {
  const open = new Set<AbortController>();
  app.addHook('preClose', () => open.forEach((stream) => stream.abort()));

  app.get(
    '/v1/projects/:projectId/services/:serviceId/postgres/operations/:operationId/progress',
    { config: { role: 'viewer' }, schema: { tags: ['history'], summary: 'Progress as server-sent events' } },
    async (request, reply) => {
      const params = operationParams(request);
      const first = await findOperation(dependencies, params);
      const stream = new AbortController();
      open.add(stream);
      reply.raw.on('close', () => stream.abort());
      reply.hijack();
      reply.raw.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        // A connection kept alive after its stream was cut would keep the API from stopping.
        connection: 'close',
        'x-accel-buffering': 'no',
      });
      try {
        for await (const event of follow(dependencies, params, first, stream.signal)) {
          if (await isTaken(reply.raw, event, { signal: stream.signal, patienceMs: slowReaderMs })) continue;
          request.log.info({ operation: params.operationId }, 'a stream was not read and is closed');
          reply.raw.destroy();
          break;
        }
      } catch (error) {
        const known =
          error instanceof PgrowError ? error : new PgrowError('internal', 'The stream was interrupted. Reconnect.');
        reply.raw.write(sse('error', problemDocument(known, request.url)));
      } finally {
        open.delete(stream);
        reply.raw.end();
      }
    },
  );
};

async function* follow(
  dependencies: ApiDependencies,
  params: OperationParams,
  first: OperationDocument,
  signal: AbortSignal,
): AsyncGenerator<string> {
  let shown = '';
  let wroteAt = performance.now();
  for (let document = first; !signal.aborted; document = await findOperation(dependencies, params)) {
    const text = JSON.stringify(document);
    if (text !== shown) {
      yield sse('progress', document);
      shown = text;
      wroteAt = performance.now();
    } else if (performance.now() - wroteAt > keepAliveMs) {
      yield ': still running\n\n';
      wroteAt = performance.now();
    }
    if (document.status !== 'running') return yield sse('end', { status: document.status });
    await delay(lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
}

const sse = (event: string, data: unknown): string => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
