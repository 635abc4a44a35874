import { errorCatalogue, PgrowError, type ErrorCode, type Problem } from '../domain/errors.ts';
import { parseServerSentEvents, type ServerSentEvent } from './server-sent-events.ts';

/** The API as the verbs see it. Paths begin with `/v1`. Every failure is a `PgrowError` that says what to do next. */
export interface ApiClient {
  readonly url: string;
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: object, options?: PostOptions): Promise<T>;
  delete<T>(path: string): Promise<T>;
  /** Follows a stream of events until it ends or `signal` aborts. */
  follow(path: string, signal: AbortSignal): AsyncGenerator<ServerSentEvent>;
}

export interface PostOptions {
  readonly dryRun?: boolean;
  /** The same key twice starts one operation. */
  readonly idempotencyKey?: string;
}

export interface ApiAddress {
  readonly url: string;
  readonly token: string;
}

const requestTimeoutMs = 60_000;

/** The CLI's databases all belong to this project. */
export const project = 'default';
export const servicesPath = `/v1/projects/${project}/services`;
export const servicePath = (name: string): string => `${servicesPath}/${encodeURIComponent(name)}`;
export const postgresPath = (name: string, rest: string): string => `${servicePath(name)}/postgres/${rest}`;

interface Sent {
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export const createApiClient = ({ url, token }: ApiAddress): ApiClient => {
  const send = async (method: string, path: string, { signal, headers, body }: Sent): Promise<Response> => {
    let response: Response;
    try {
      response = await fetch(`${url}${path}`, {
        method,
        signal,
        ...(body !== undefined && { body }),
        headers: { accept: 'application/json', authorization: `Bearer ${token}`, ...headers },
      });
    } catch (error) {
      throw new PgrowError('internal', `The API at ${url} does not answer. Start the control plane: ./pgrow up`, {
        cause: error,
      });
    }
    if (!response.ok) throw await errorOf(response, `${method} ${path}`);
    return response;
  };
  const json = async (response: Response): Promise<unknown> => (response.status === 204 ? null : response.json());
  const brief = (): AbortSignal => AbortSignal.timeout(requestTimeoutMs);

  return {
    url,
    get: async <T>(path: string) => (await json(await send('GET', path, { signal: brief() }))) as T,
    delete: async <T>(path: string) => (await json(await send('DELETE', path, { signal: brief() }))) as T,
    post: async <T>(path: string, body: object, { dryRun, idempotencyKey }: PostOptions = {}) =>
      (await json(
        await send('POST', dryRun ? `${path}?dry_run=true` : path, {
          signal: brief(),
          body: JSON.stringify(body),
          headers: {
            'content-type': 'application/json',
            ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
          },
        }),
      )) as T,
    async *follow(path, signal) {
      const response = await send('GET', path, { signal, headers: { accept: 'text/event-stream' } });
      if (response.body) yield* parseServerSentEvents(response.body);
    },
  };
};

/** Reads `application/problem+json` (RFC 9457) with the members `code` and `problems`. */
const errorOf = async (response: Response, request: string): Promise<PgrowError> => {
  const text = await response.text().catch(() => '');
  const document = parseObject(text);
  const code = codeOf(document['code'], response.status);
  const message = [document['detail'], document['title']].find((said) => typeof said === 'string' && said !== '');
  return new PgrowError(
    code,
    typeof message === 'string' ? message : `${request} was answered with ${response.status}.`,
    {
      problems: Array.isArray(document['problems']) ? (document['problems'] as Problem[]) : [],
    },
  );
};

const parseObject = (text: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
};

const codeOf = (code: unknown, status: number): ErrorCode => {
  if (typeof code === 'string' && code in errorCatalogue) return code as ErrorCode;
  const codes: Readonly<Record<number, ErrorCode>> = {
    400: 'malformed_request',
    401: 'unauthorized',
    403: 'forbidden',
    404: 'not_found',
    409: 'refused',
    422: 'invalid_input',
  };
  return codes[status] ?? 'internal';
};
