import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errorCatalogue, PgrowError } from '../domain/errors.ts';
import type { DocumentedRoute } from './answers.ts';

/** Every error leaves as `application/problem+json` (RFC 9457), without a stack trace. */
export const answerProblems = (app: FastifyInstance): void => {
  app.setErrorHandler<FastifyError | Error>(async (error, request, reply) => {
    // What is wrong with the rest of a request matters only where there is a route.
    const known = request.is404 && !(error instanceof PgrowError) ? noSuchRoute(app, request, reply) : toKnown(error);
    if (known.status >= 500) request.log.error({ err: error, code: known.code }, 'request failed');
    return sendProblem(reply, known, request.url);
  });
  app.setNotFoundHandler(async (request, reply) => sendProblem(reply, noSuchRoute(app, request, reply), request.url));
};

export const problemDocument = (error: PgrowError, url: string) => ({
  type: `urn:pgrow:problem:${error.code}`,
  title: errorCatalogue[error.code].title,
  status: error.status,
  detail: error.message,
  instance: pathOf(url),
  code: error.code,
  retryable: error.retryable,
  problems: error.problems,
});

const noSuchRoute = (
  { documentedRoutes }: FastifyInstance,
  { method, url }: FastifyRequest,
  reply: FastifyReply,
): PgrowError => {
  const path = pathOf(url);
  const methods = methodsOf(documentedRoutes, path).join(', ');
  if (methods === '')
    return new PgrowError('not_found', `There is no ${method} ${path}. See /openapi.json for what there is.`);
  void reply.header('allow', methods);
  return new PgrowError('method_not_allowed', `There is no ${method} ${path}, only ${methods}.`);
};

/** With which the path can be asked for. */
const methodsOf = (routes: readonly DocumentedRoute[], path: string): readonly string[] => {
  const isMatch = ({ url }: DocumentedRoute): boolean => new RegExp(`^${url.replace(/:\w+/g, '[^/]+')}$`).test(path);
  return routes
    .filter(isMatch)
    .flatMap(({ method, head }) => (head ? ['HEAD', method] : [method]))
    .toSorted();
};

const sendProblem = (reply: FastifyReply, error: PgrowError, url: string) => {
  if (error.code === 'unauthorized') reply.header('www-authenticate', 'Bearer');
  return reply
    .code(error.status)
    .type('application/problem+json')
    .send(JSON.stringify(problemDocument(error, url)));
};

const toKnown = (error: FastifyError | Error): PgrowError => {
  if (error instanceof PgrowError) return error;
  const status = 'statusCode' in error ? error.statusCode : undefined;
  if (status === 415)
    return new PgrowError('unsupported_media_type', 'Bodies are JSON. Send "Content-Type: application/json".');
  if (status !== undefined && status >= 400 && status < 500) {
    return new PgrowError('malformed_request', `${error.message} (HTTP ${status})`);
  }
  return new PgrowError('internal', 'Something went wrong inside pgrow. See its log.', { cause: error });
};

const pathOf = (url: string): string => url.split('?', 1)[0] ?? url;
