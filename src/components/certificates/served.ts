import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import type { TlsPort } from '../../domain/tls-ports.ts';
import { encrypt, type Peer } from '../peer.ts';

/** The certificate that a port shows to who connects now. */
export interface ServedCertificate {
  /** Hexadecimal, in upper case, as `X509Certificate` has it. */
  readonly serialNumber: string;
  readonly expiresAt: Date;
}

/** PostgreSQL's SSLRequest: its length and its number (PostgreSQL manual, Message Formats). */
const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/**
 * Verified as for every connection of pgrow's.
 * @throws the error of the connection or of the handshake; `ETIMEDOUT` after `limitMs`
 */
export const readServed = async (
  peer: Peer,
  { port, begins }: TlsPort,
  limitMs: number,
): Promise<ServedCertificate> => {
  const began = performance.now();
  const left = () => Math.max(1, Math.round(limitMs - (performance.now() - began)));
  const stream = await peer.dial(port, limitMs);
  try {
    if (begins === 'when asked') await askForTls(stream, `${peer.name}:${port}`, left());
    const { serialNumber, valid_to } = (await encrypt(peer, stream, left())).getPeerCertificate();
    return { serialNumber, expiresAt: new Date(valid_to) };
  } finally {
    stream.destroy();
  }
};

const askForTls = async (stream: Duplex, where: string, limitMs: number): Promise<void> => {
  stream.write(sslRequest);
  const [answer] = (await once(stream, 'data', { signal: AbortSignal.timeout(limitMs) }).catch((error: Error) => {
    if (error.name !== 'AbortError' && error.name !== 'TimeoutError') throw error;
    throw Object.assign(new Error(`${where} does not answer`), { code: 'ETIMEDOUT' });
  })) as [Buffer];
  if (answer.toString('latin1') !== 'S') throw new Error(`${where} offers no TLS`);
};
