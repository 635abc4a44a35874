import type { Looks } from './seen.ts';
import type { Script } from './played-run.ts';

/** An operation of a database of the world. Those before the last are over; the last may still run. */
export interface Deed {
  readonly workflow: string;
  readonly input?: Readonly<Record<string, unknown>>;
  readonly script?: Script;
  readonly actor?: string;
  /** Minutes since it began. */
  readonly ago: number;
  /** Seconds that it took. */
  readonly took?: number;
  /** It runs, or waits. */
  readonly isOpen?: true;
}

/** A database of the world, with everything that has happened to it. */
export interface Resident {
  readonly name: string;
  readonly project?: string;
  readonly deeds: readonly Deed[];
  readonly looks?: Looks;
}

const day = 24 * 60;
const created = (days: number): Deed => ({ workflow: 'createDatabase', ago: days * day, took: 4, actor: 'cli:alice' });
const toPooling = (ago: number): Deed => ({ workflow: 'expand', input: { target: 'pooling' }, ago, took: 3 });
const toReplicas = (ago: number, count = 1): Deed => ({
  workflow: 'expand',
  input: { target: 'replicas', replicas: { count } },
  ago,
  took: 9,
});
const toHa = (ago: number, more: Partial<Deed> = {}): Deed => ({
  workflow: 'expand',
  input: { target: 'ha', ha: { failover_time: 10 } },
  ago,
  took: 31,
  actor: 'cli:alice',
  ...more,
});

/** Both standbys are cloned. */
const cloning = [9, 11];

export const residents: readonly Resident[] = [
  { name: 'shop', deeds: [created(12), toPooling(9 * day), toReplicas(8 * day), toHa(11)] },
  {
    name: 'billing',
    deeds: [created(30), toReplicas(20 * day), toHa(0.3, { isOpen: true, script: { staysAt: cloning } })],
  },
  {
    name: 'orders',
    deeds: [
      created(41),
      toPooling(40 * day),
      toReplicas(35 * day),
      toHa(34, {
        isOpen: true,
        input: { target: 'ha', options: { cutover: 'on_signal', cutover_deadline: 72_000 } },
      }),
    ],
  },
  {
    name: 'reports',
    deeds: [created(60), toReplicas(50 * day), toHa(45 * day)],
    looks: {
      health: 'degraded',
      notices: ['postgres-4 is not streaming: it is not receiving WAL from postgres-3.'],
      nodes: {
        'postgres-4': {
          state: 'not answering',
          detail: 'no answer on port 5432 for 2 min',
          lag_bytes: null,
          position: null,
        },
      },
    },
  },
  {
    name: 'archive',
    deeds: [created(200)],
    looks: { health: 'unknown', notices: ['The Docker engine does not say whether postgres-1 runs.'] },
  },
  {
    name: 'legacy',
    deeds: [created(300), toPooling(290 * day)],
    looks: {
      health: 'down',
      notices: ['postgres-1 is stopped: it ended with exit code 137. Start it: ./pgrow repair legacy'],
      nodes: {
        'postgres-1': { state: 'stopped', role: null, detail: 'ended with exit code 137', position: null },
      },
    },
  },
  {
    name: 'staging',
    deeds: [created(15), toPooling(14 * day), { workflow: 'stopDatabase', ago: 600, took: 2 }],
  },
  {
    name: 'media',
    deeds: [
      created(25),
      toReplicas(24 * day, 2),
      toHa(50, {
        took: 22,
        script: { failsAt: 14, error: { message: 'postgres-5 does not stream: the disk of its volume is full.' } },
      }),
    ],
  },
  {
    name: 'ledger',
    deeds: [
      created(90),
      toReplicas(80 * day),
      toHa(26, {
        took: 40,
        script: {
          failsAt: 12,
          error: {
            code: 'node_unreachable',
            message: 'postgres-4 does not answer on port 5432: connection refused.',
            left_over: [
              { what: 'volume pgrow-1a2b3c4d-ledger-postgres-4', command: './pgrow doctor --remove' },
              { what: 'replication slot postgres_4 on postgres-3', command: './pgrow doctor --remove' },
            ],
          },
        },
      }),
    ],
  },
  { name: 'sandbox', deeds: [created(2)] },
  { name: 'sessions', deeds: [created(70), toPooling(69 * day)] },
  { name: 'catalog', deeds: [created(33), toReplicas(30 * day, 2)] },
  { name: 'analytics', project: 'sales', deeds: [created(44), toPooling(43 * day), toReplicas(40 * day, 3)] },
  { name: 'search', project: 'sales', deeds: [created(100), toHa(90 * day)] },
];
