import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { messageOf } from './launcher-error.ts';
import type { TemporalAccess } from './temporal-profile.ts';

/** Milliseconds for connection and handshake. */
const handshakeLimitMs = 5000;
/** A server looks at the client's certificate after the handshake, as far as the client sees it. */
const verdictWithinMs = 1000;

/**
 * Why server and client do not agree on TLS: gRPC only says that it has waited long enough.
 * @returns null if they do, if nothing answers, or without TLS
 */
export const tlsRefusal = ({ address, tls }: TemporalAccess): Promise<string | null> => {
  if (!tls) return Promise.resolve(null);
  const { serverRootCACertificate: ca, clientCertPair: pair, serverNameOverride } = tls === true ? {} : tls;
  const [host, port] = splitAddress(address);
  // Of an address there is no name to ask for.
  const name = serverNameOverride ?? (isIP(host) ? undefined : host);
  const pem = (content: Uint8Array | string) => Buffer.from(content);
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port,
      ...(name !== undefined && { servername: name }),
      ALPNProtocols: ['h2'],
      ...(ca && { ca: pem(ca) }),
      ...(pair && { cert: pem(pair.crt), key: pem(pair.key) }),
    });
    const end = (reason: string | null): void => {
      clearTimeout(limit);
      socket.destroy();
      resolve(reason);
    };
    let limit = setTimeout(() => end(null), handshakeLimitMs);
    socket.once('error', (error: TlsError) =>
      end(error.syscall === undefined ? (error.reason ?? messageOf(error)) : null),
    );
    socket.once('close', () => end(null));
    socket.once('secureConnect', () => {
      clearTimeout(limit);
      limit = setTimeout(() => end(null), verdictWithinMs);
    });
    // The server's settings: it has taken us.
    socket.once('data', () => end(null));
  });
};

interface TlsError extends NodeJS.ErrnoException {
  /** OpenSSL's own words. */
  readonly reason?: string;
}

const splitAddress = (address: string): [host: string, port: number] => {
  const colon = address.lastIndexOf(':');
  return [address.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), Number(address.slice(colon + 1))];
};
