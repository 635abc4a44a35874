import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

const iterations = 4096;

/**
 * SCRAM-SHA-256 verifier as PostgreSQL stores it (RFC 5803; PostgreSQL manual, 51.8 pg_authid), so that a password
 * itself never reaches the server, its statement log or its statistics. `password` must be ASCII.
 */
export const scramVerifier = (password: string, salt: Buffer = randomBytes(16)): string => {
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const clientKey = hmac(salted, 'Client Key');
  const storedKey = createHash('sha256').update(clientKey).digest('base64');
  const serverKey = hmac(salted, 'Server Key').toString('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
};

/** Whether a stored verifier belongs to this password. */
export const matchesVerifier = (password: string, verifier: string): boolean => {
  const salt = new RegExp(`^SCRAM-SHA-256\\$${iterations}:([^$]+)\\$`).exec(verifier)?.[1];
  return salt !== undefined && scramVerifier(password, Buffer.from(salt, 'base64')) === verifier;
};

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
