import { expect, test } from 'vitest';
import { sampleDatabase, samplePasswords } from '../../test/support/sample-database.ts';
import { createAuthority } from '../components/certificates/index.ts';
import { withTls } from '../domain/tls.ts';
import { renewCertificates } from './renew-certificates.ts';

const day = 24 * 3_600_000;

/** The database `shop`, whose certificates end in `days`; `hours` rounds, one each hour. What the monitor begins. */
const rounds = async ({ days = 20, hours = 3, busy = false, tls = true, expired = false } = {}) => {
  const record = sampleDatabase('shop');
  const encryption = withTls(tls ? 'allow' : 'off');
  const nodes = record.topology.nodes.map((node) => ({ ...node, ...encryption }));
  const database = { ...record, topology: { ...record.topology, ...encryption, nodes } };
  const { certificate, key } = await createAuthority('test');
  const secrets = { ...samplePasswords, ca_certificate: certificate, ca_key: key };
  const stopping = new AbortController();
  const begun: { readonly workflow: string; readonly input: object }[] = [];
  let clock = Date.now();
  const end = clock + days * day;
  let round = 0;
  const dependencies = {
    store: {
      listDatabases: async () => {
        round += 1;
        clock += day / 24;
        if (round > hours) stopping.abort();
        return round > hours ? [] : [database];
      },
      isBusy: async () => busy,
      readDatabase: async () => database,
      readSecrets: async () => secrets,
    },
    components: {
      certificates: {
        readServed: async () => {
          if (expired) throw Object.assign(new Error('certificate has expired'), { code: 'CERT_HAS_EXPIRED' });
          return { serialNumber: '40', expiresAt: new Date(end) };
        },
      },
    },
    platform: { inspectContainer: async () => ({ running: true, address: '10.0.0.2', exitCode: null }) },
    log: { info: () => undefined, warn: (fields: object) => expect(fields).toBeNull() },
    client: { start: async (workflow: string, input: object) => void begun.push({ workflow, input }) },
  } as unknown as Parameters<typeof renewCertificates>[0];
  await renewCertificates(dependencies, stopping.signal, { everyMs: 1, now: () => clock });
  return begun;
};

test('certificates that end in less than a third of their life are renewed, by the operation that an operator would start', async () => {
  expect(await rounds()).toEqual([
    {
      workflow: 'rotateDatabase',
      input: expect.objectContaining({ what: 'certificates', actor: 'certificate_renewal' }),
    },
  ]);
});

test('those that have ended too', async () => {
  expect(await rounds({ expired: true })).toHaveLength(1);
});

test('one that did not succeed is tried again after a day', async () => {
  expect(await rounds({ hours: 40 })).toHaveLength(2);
});

test.each([
  ['they are good for long', { days: 40 }],
  ['an operation runs', { busy: true }],
  ['there are none', { tls: false }],
])('nothing begins while %s', async (_, situation) => {
  expect(await rounds(situation)).toEqual([]);
});
