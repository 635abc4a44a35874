/**
 * Of a database: whether its lines are encrypted. `off`: none is. `allow`: every line between nodes and to pgrow is, and is
 * verified; clients may encrypt theirs. `require`: clients must.
 */
export const tlsModes = ['off', 'allow', 'require'] as const;
export type TlsMode = (typeof tlsModes)[number];

/** What is on record of a database, and of a node, that has it; absent of those that have not. */
export type Encryption = Exclude<TlsMode, 'off'>;

/** Of a new database, where none is chosen. */
export const usualTls: TlsMode = 'off';

export const tlsModeOf = ({ tls }: { readonly tls?: Encryption }): TlsMode => tls ?? 'off';

/** On record only where there is something to record. */
export const withTls = (mode: TlsMode): { readonly tls?: Encryption } => (mode === 'off' ? {} : { tls: mode });

/**
 * DNS names by which clients reach a database. Routers pass the bytes of clients through untouched, so each node that may
 * end up answering has to prove all of them.
 */
const sharedNames = ['postgres', 'pgbouncer', 'haproxy', 'haproxy-1', 'haproxy-2', 'haproxy-3', 'front', 'localhost'];

/** What a node's certificate proves. `own`: its fixed addresses, `10.48.4.5` for one. */
export const provenBy = (
  { name }: { readonly name: string },
  own: readonly string[],
): { readonly dnsNames: readonly string[]; readonly addresses: readonly string[] } => ({
  dnsNames: [...new Set([name, ...sharedNames])],
  addresses: ['127.0.0.1', '::1', ...own],
});

/** Files of a node that speaks TLS, each a PEM: its key with its certificate, and the authorities that it trusts. */
export const tlsFiles = { identity: '/etc/pgrow/node.pem', authorities: '/etc/pgrow/ca.pem' } as const;

/** Of URLs of a node's ports, by its flag, or by whether a peer has what TLS takes. */
export const schemeOf = ({ tls }: { readonly tls?: unknown }): Scheme => (tls ? 'https' : 'http');
export type Scheme = 'http' | 'https';
