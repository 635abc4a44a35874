import type { ConnectionStrings } from '../../data/types.ts';

export type Endpoint = keyof ConnectionStrings['host'];
export type Side = 'host' | 'network';

interface EndpointTexts {
  readonly label: string;
  /** When to use it. */
  readonly when: string;
  /** What it needs, where it does not exist. */
  readonly needs: string;
  /** Of `./pgrow connect`. */
  readonly option: string;
}

export const endpointTexts: Readonly<Record<Endpoint, EndpointTexts>> = {
  pooled: {
    label: 'Pooled',
    when: 'For ordinary transactions: many clients share a few connections, and planned changes only make them wait.',
    needs: 'comes with connection pooling',
    option: '--pooled',
  },
  pooled_read_only: {
    label: 'Pooled, read-only',
    when: 'For reads that may be a moment old, through the pooler. The primary answers where no replica can.',
    needs: 'comes with connection pooling and read replicas',
    option: '--pooled-read-only',
  },
  read_write: {
    label: 'Read-write',
    when: 'For writing past the pooler: HAProxy leads to the server that takes writes.',
    needs: 'comes with HAProxy',
    option: '--read-write',
  },
  read_only: {
    label: 'Read-only',
    when: 'For reads that may be a moment old: connections are spread over the replicas.',
    needs: 'comes with read replicas',
    option: '--read-only',
  },
  postgres: {
    label: 'Direct',
    when: 'For LISTEN, session locks, SET, temporary tables, migrations of the schema and pg_dump: always the server that takes writes.',
    needs: '',
    option: '--direct',
  },
  any_node: {
    label: 'Any node',
    when: 'For reads on whichever server answers, the primary among them. Set default_transaction_read_only.',
    needs: 'comes with read replicas',
    option: '--any-node',
  },
};

export const endpoints = Object.keys(endpointTexts) as readonly Endpoint[];

export const sideTexts: Readonly<Record<Side, { readonly label: string; readonly when: string }>> = {
  host: {
    label: 'This host',
    when: 'From programs on the machine where Docker runs. The ports stay the same for the life of the database.',
  },
  network: {
    label: "The database's network",
    when: 'From containers that have joined the network of the database (docker network connect). They use names.',
  },
};
