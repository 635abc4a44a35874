import type { ImageKind } from '../domain/container-spec.ts';
import * as certificates from '../components/certificates/index.ts';
import * as etcd from '../components/etcd/index.ts';
import * as haproxy from '../components/haproxy/index.ts';
import * as patroni from '../components/patroni/index.ts';
import * as pgbouncer from '../components/pgbouncer/index.ts';
import * as postgres from '../components/postgres/index.ts';
import type { Prices } from '../domain/prices.ts';
import type { Platform } from '../platform/platform.ts';
import type { Store } from '../store/store.ts';

/** Protocol clients and configuration of everything that runs in a node. Replaced by fakes in workflow tests. */
export const realComponents = { certificates, etcd, haproxy, patroni, pgbouncer, postgres };
export type Components = typeof realComponents;

export interface Dependencies {
  readonly platform: Platform;
  readonly store: Store;
  readonly components: Components;
  /** Tags of our images, each naming exactly what was built. */
  readonly images: Readonly<Record<ImageKind, string>>;
  /** Private range in which databases get their subnets: `10.48.0.0/12`. */
  readonly subnetPool: string;
  readonly prices: Prices;
  /** Id of the control plane. */
  readonly home: string;
  readonly log: Log;
}

/** What opening a session needs. */
export type SessionDependencies = Pick<Dependencies, 'platform' | 'store' | 'components'>;
/** What querying nodes over a session needs. */
export type NodeDependencies = Pick<Dependencies, 'platform' | 'components'>;

export interface Log {
  info(fields: object, event: string): void;
  warn(fields: object, event: string): void;
}
