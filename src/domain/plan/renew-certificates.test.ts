import { expect, test } from 'vitest';
import { haTopology, sampleDatabase } from '../../../test/support/sample-database.ts';
import { toConfirm } from '../confirmation.ts';
import { withTls } from '../tls.ts';
import { planRenewal } from './renew-certificates.ts';

const plain = sampleDatabase('shop');
const ha = haTopology(plain);
const encrypted = { ...ha, ...withTls('allow'), nodes: ha.nodes.map((node) => ({ ...node, ...withTls('allow') })) };

test('every node has another certificate, one after the other, without a question', () => {
  const plan = planRenewal({ database: { ...plain, topology: encrypted } });
  expect(plan.steps.map(({ name }) => name).toSorted()).toEqual(
    encrypted.nodes.map(({ name }) => `renew the certificate of ${name}`).toSorted(),
  );
  expect(plan.steps[0]?.name).toContain('etcd-1');
  expect(plan.steps.at(-1)?.name).toContain('front');
  expect(plan.order).toHaveLength(encrypted.nodes.length);
  expect(plan.to).toEqual(plan.from);
  expect(toConfirm(plan)).toBeNull();
});

test('a node that follows until the window closes has one too', () => {
  const [first] = encrypted.nodes.filter(({ kind }) => kind === 'postgres');
  const kept = { ...first!, name: 'postgres-9' };
  const { steps } = planRenewal({ database: { ...plain, topology: { ...encrypted, kept: [kept] } } });
  expect(steps.map(({ name }) => name)).toContain('renew the certificate of postgres-9');
});

test('a database without TLS has none to renew', () => {
  expect(() => planRenewal({ database: plain })).toThrow('shop has no certificates: it was created without TLS');
});
