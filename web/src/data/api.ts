import { noteServerTime } from './clock.ts';
import { Problem, problemOf, Unreachable } from './problem.ts';
import { readSecret, sessionHeader } from './session.ts';

export interface SendOptions {
  readonly signal?: AbortSignal | undefined;
  /** Nothing is touched; the answer is the plan. */
  readonly dryRun?: boolean;
  /** The same key twice starts one operation. */
  readonly idempotencyKey?: string;
  /** Only the plan with this digest may run. */
  readonly planDigest?: string;
  /** Milliseconds that the answer is waited for; default 30 s. */
  readonly timeoutMs?: number;
}

const usualTimeoutMs = 30_000;

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** Listens to what was refused because the session is over. */
type SignedOut = () => void;
const signedOutListeners = new Set<SignedOut>();
export const onSignedOut = (listener: SignedOut): (() => void) => {
  signedOutListeners.add(listener);
  return () => signedOutListeners.delete(listener);
};

export const sessionHeaders = (): Readonly<Record<string, string>> => {
  const secret = readSecret();
  return secret === null ? {} : { [sessionHeader]: secret };
};

/** @throws Problem `unreachable` where nothing answers, else what the API says */
export const request = async <T>(
  method: Method,
  path: string,
  body?: unknown,
  options: SendOptions = {},
): Promise<T> => {
  const url = options.dryRun === true ? `${path}${path.includes('?') ? '&' : '?'}dry_run=true` : path;
  const sentAt = Date.now();
  const limit = AbortSignal.timeout(options.timeoutMs ?? usualTimeoutMs);
  const response = await fetch(url, {
    method,
    credentials: 'same-origin',
    signal: options.signal ? AbortSignal.any([options.signal, limit]) : limit,
    headers: {
      accept: 'application/json',
      ...sessionHeaders(),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(options.idempotencyKey !== undefined && { 'idempotency-key': options.idempotencyKey }),
      ...(options.planDigest !== undefined && { 'if-match': `"${options.planDigest}"` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    if (options.signal?.aborted === true) throw error;
    throw new Unreachable();
  });
  noteServerTime(response.headers.get('date'), sentAt, Date.now());
  if (!response.ok) throw noted(await problemOf(response, `${method} ${path}`), path);
  return (response.status === 204 ? null : await response.json()) as T;
};

export const sessionsPath = '/v1/sessions';

/** A link or a token that is refused there ends no session that there is already. */
const noted = (problem: Problem, path: string): Problem => {
  if (problem.status === 401 && path !== sessionsPath) for (const listener of signedOutListeners) listener();
  return problem;
};

export const get = <T>(path: string, signal?: AbortSignal): Promise<T> =>
  request<T>('GET', path, undefined, { signal });

/** `/v1/projects/default/services/shop`. */
export const servicePath = (project: string, name: string): string =>
  `/v1/projects/${encodeURIComponent(project)}/services/${encodeURIComponent(name)}`;

export const postgresPath = (project: string, name: string, rest: string): string =>
  `${servicePath(project, name)}/postgres/${rest}`;
