import type { ErrorCode } from './errors.ts';

/** Error codes of the system or an HTTP client for a connection that was refused, broke or got no answer. */
const broken: readonly string[] = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
];

/** PostgreSQL: connection exceptions but for a violated protocol, too many connections, and a server that ends or starts. */
const brokenStates = /^(08(?!P01)...|53300|57P0[123])$/;

/** What pg says without a code, and fetch by its name. */
const brokenWords =
  /^(Connection terminated|timeout expired|Query read timeout|Client (was closed|has encountered))|TimeoutError/;

/** A statement that exceeded pg's time limit: its connection is still busy with it. */
export const isUnanswered = (error: unknown): boolean =>
  error instanceof Error && error.message === 'Query read timeout';

/** `no_answer` if a connection was refused or broke, so a retry may succeed; else `otherwise`. */
export const codeOfConnection = (error: unknown, otherwise: ErrorCode): ErrorCode =>
  isBroken(error) ? 'no_answer' : otherwise;

const isBroken = (error: unknown): boolean => {
  if (typeof error !== 'object' || error === null) return false;
  const { code, name, message, cause, errors } = error as Readonly<Record<string, unknown>>;
  if (typeof code === 'string' && (broken.includes(code) || brokenStates.test(code))) return true;
  if (brokenWords.test(String(message)) || brokenWords.test(String(name))) return true;
  return isBroken(cause) || (Array.isArray(errors) && errors.some(isBroken));
};
