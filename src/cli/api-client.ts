import { errorCatalogue, PgrowError, type ErrorCode, type Problem } from '../domain/errors.ts';
import { chosenProject } from './chosen-context.ts';
import { parseServerSentEvents, type ServerSentEvent } from './server-sent-events.ts';

/** The API as the verbs see it. Paths begin with `/v1`. Every failure is a `PgrowError` that says what to do next. */
export interface ApiClient {
  readonly url: string;
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: object, options?: SendOptions): Promise<T>;
  patch<T>(path: string, body: object): Promise<T>;
  delete<T>(path: string, options?: SendOptions): Promise<T>;
  /** Follows a stream of events until it ends or `signal` aborts. */
  follow(path: string, signal: AbortSignal): AsyncGenerator<ServerSentEvent>;
}

/** A change that is asked of the API. */
export interface ChangeRequest {
  /** Below `…/postgres/`. */
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface SendOptions {
  readonly dryRun?: boolean;
  /** The same key twice starts one operation. */
  readonly idempotencyKey?: string;
  /** Only the plan with this digest may run. */
  readonly planDigest?: string;
  /** How long the answer is waited for, in milliseconds. Default one minute. */
  readonly timeoutMs?: number;
}

export interface ApiAddress {
  readonly url: string;
  readonly token: string;
  /** How long an answer is waited for, in milliseconds. */
  readonly timeoutMs?: number;
  /** What to do where nothing listens there. */
  readonly whenDown?: string;
}

const usualTimeoutMs = 60_000;

export const servicesPath = (): string => `/v1/projects/${encodeURIComponent(chosenProject())}/services`;
export const servicePath = (name: string): string => `${servicesPath()}/${encodeURIComponent(name)}`;
export const postgresPath = (name: string, rest: string): string => `${servicePath(name)}/postgres/${rest}`;

interface Sent {
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export const createApiClient = ({
  url,
  token,
  timeoutMs: usualMs = usualTimeoutMs,
  whenDown = 'Start the control plane: ./pgrow up',
}: ApiAddress): ApiClient => {
  const send = async (method: string, path: string, { signal, headers, body }: Sent): Promise<Response> => {
    const response = await fetch(`${url}${path}`, {
      method,
      signal,
      ...(body !== undefined && { body }),
      headers: { accept: 'application/json', authorization: `Bearer ${token}`, ...headers },
    });
    if (!response.ok) throw await errorOf(response, `${method} ${path}`);
    return response;
  };
  const ask = async <T>(method: string, path: string, sent: Partial<Sent> = {}, timeoutMs = usualMs): Promise<T> => {
    try {
      const response = await send(method, path, { ...sent, signal: AbortSignal.timeout(timeoutMs) });
      return (response.status === 204 ? null : await response.json()) as T;
    } catch (error) {
      throw unanswered(error, { url, request: `${method} ${path}`, timeoutMs, whenDown });
    }
  };

  return {
    url,
    get: <T>(path: string) => ask<T>('GET', path),
    patch: <T>(path: string, body: object) =>
      ask<T>('PATCH', path, { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    delete: <T>(path: string, options: SendOptions = {}) =>
      ask<T>('DELETE', pathOf(path, options), { headers: headersOf(options) }, options.timeoutMs),
    post: <T>(path: string, body: object, options: SendOptions = {}) =>
      ask<T>(
        'POST',
        pathOf(path, options),
        {
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json', ...headersOf(options) },
        },
        options.timeoutMs,
      ),
    async *follow(path, signal) {
      const request = { signal, headers: { accept: 'text/event-stream' } };
      const response = await send('GET', path, request).catch((error: unknown) => {
        throw unanswered(error, { url, request: `GET ${path}`, timeoutMs: usualMs, whenDown });
      });
      if (response.body) yield* parseServerSentEvents(response.body);
    },
  };
};

const pathOf = (path: string, { dryRun }: SendOptions): string => (dryRun ? `${path}?dry_run=true` : path);

const headersOf = ({ idempotencyKey, planDigest }: SendOptions): Readonly<Record<string, string>> => ({
  ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
  ...(planDigest !== undefined && { 'if-match': `"${planDigest}"` }),
});

interface Unanswered extends Required<Pick<ApiAddress, 'url' | 'timeoutMs' | 'whenDown'>> {
  /** Method and path. */
  readonly request: string;
}

/** An API that is not there, one that is late, and one that went away in the middle are three things. */
const unanswered = (error: unknown, { url, request, timeoutMs, whenDown }: Unanswered): PgrowError => {
  if (error instanceof PgrowError) return error;
  const { name, message, cause } = error as Error & { cause?: { code?: string; message?: string } };
  const code = cause?.code ?? '';
  if (name === 'TimeoutError' || /TIMEOUT/.test(code)) {
    const asked = `The API at ${url} took longer than ${timeoutMs / 1000} s to answer ${request}.`;
    return new PgrowError('no_answer', `${asked} It may still be working on it. Check: ./pgrow status`, {
      cause: error,
    });
  }
  if (code === '' || neverConnected.includes(code))
    return new PgrowError('internal', `The API at ${url} does not answer. ${whenDown}`, { cause: error });
  const broke = `The API at ${url} closed the connection before it answered ${request}: ${cause?.message ?? message}.`;
  return new PgrowError('internal', `${broke} Check what happened: ./pgrow status`, { cause: error });
};

const neverConnected = ['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL'];

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
    412: 'plan_changed',
    422: 'invalid_input',
  };
  return codes[status] ?? 'internal';
};
