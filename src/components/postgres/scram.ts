import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

/** What PostgreSQL uses, and the least that some clients take. */
export const usualIterations = 4096;
/**
 * Stretching protects a password that can be guessed. One of our own making cannot, and PgBouncer would spend tens of
 * milliseconds on every login with it, in which no client is served.
 */
export const leastIterations = 1;

/**
 * SCRAM-SHA-256 verifier as PostgreSQL stores it (RFC 5803; PostgreSQL manual, 51.8 pg_authid), so that a password
 * itself never reaches the server, its statement log or its statistics. `password` must be ASCII.
 */
export const scramVerifier = (
  password: string,
  {
    salt = randomBytes(16),
    iterations = usualIterations,
  }: { readonly salt?: Buffer; readonly iterations?: number } = {},
): string => {
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const clientKey = hmac(salted, 'Client Key');
  const storedKey = createHash('sha256').update(clientKey).digest('base64');
  const serverKey = hmac(salted, 'Server Key').toString('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
};

/** Whether a stored verifier belongs to this password. */
export const matchesVerifier = (password: string, verifier: string): boolean => {
  const [, iterations, salt] = /^SCRAM-SHA-256\$(\d{1,6}):([^$]+)\$/.exec(verifier) ?? [];
  if (!iterations || !salt) return false;
  return scramVerifier(password, { salt: Buffer.from(salt, 'base64'), iterations: Number(iterations) }) === verifier;
};

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
