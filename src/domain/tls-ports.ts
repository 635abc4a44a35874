import { ports } from './naming.ts';
import type { NodeKind } from './topology.ts';

/** A port of a node that speaks TLS: from its first byte on, or once a client of PostgreSQL's protocol asks for it. */
export interface TlsPort {
  readonly port: number;
  readonly begins: 'at once' | 'when asked';
}

/** Of a node's kind; all show the same certificate. */
export const tlsPorts: Readonly<Record<NodeKind, readonly TlsPort[]>> = {
  postgres: [
    { port: ports.postgres, begins: 'when asked' },
    { port: ports.health, begins: 'at once' },
  ],
  pgbouncer: [
    { port: ports.pooled, begins: 'when asked' },
    { port: ports.pooledReadOnly, begins: 'when asked' },
  ],
  haproxy: [{ port: ports.runtime, begins: 'at once' }],
  front: [{ port: ports.runtime, begins: 'at once' }],
  etcd: [
    { port: ports.etcdClient, begins: 'at once' },
    { port: ports.etcdPeer, begins: 'at once' },
  ],
};
