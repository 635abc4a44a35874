import type { Settings } from '../../src/domain/settings.ts';
import type { Resident } from './residents.ts';

const day = 24 * 60;
const created = (days: number) => ({ workflow: 'createDatabase', ago: days * day, took: 4, actor: 'cli:alice' });

const olderImage = { reference: 'pgrow/postgres:old', newest: false, made_at: '2026-01-05T04:00:00.000Z' };

/** Databases that are given other servers, or have been lately. */
export const changedResidents: readonly Resident[] = [
  {
    name: 'invoices',
    deeds: [
      created(80),
      { workflow: 'expand', input: { target: 'ha', pooling: {} }, ago: 70 * day, took: 33 },
      {
        workflow: 'changeDatabase',
        input: { memory: '4GiB', settings: { work_mem: '32MB', max_connections: 300 }, extensions: ['pg_trgm'] },
        ago: 0.5,
        isOpen: true,
        script: { staysAt: [5] },
      },
    ],
  },
  {
    name: 'wiki',
    deeds: [
      created(50),
      {
        workflow: 'changeDatabase',
        input: { memory: '2GiB', cpus: 4, settings: { log_min_duration_statement: '500ms', jit: false } },
        ago: 6,
        took: 21,
      },
    ],
  },
  {
    name: 'forum',
    deeds: [created(120), { workflow: 'expand', input: { target: 'replicas' }, ago: 60 * day, took: 9 }],
    looks: { nodes: { 'postgres-1': { facts: { image: olderImage } } } },
  },
];

/** What somebody has set over a connection, by the name of the database. */
export const alteredByHand: Readonly<Record<string, Settings>> = {
  forum: { random_page_cost: '1.1', effective_io_concurrency: '200' },
};
