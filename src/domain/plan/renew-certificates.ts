import type { Database } from '../database.ts';
import { PgrowError } from '../errors.ts';
import type { UnpricedPlan } from '../plan.ts';
import type { NodeKind } from '../topology.ts';
import { step } from './plan-builder.ts';
import { onSameTopology } from './same-topology.ts';

interface RenewalInput {
  readonly database: Pick<Database, 'name' | 'topology'>;
}

/** What others build on comes first, so that a fault shows before clients could meet it. */
const order: readonly NodeKind[] = ['etcd', 'postgres', 'haproxy', 'pgbouncer', 'front'];

/**
 * Another certificate for every node, one after the other, of the authority that all trust already: old and new are valid side
 * by side, so no order is wrong, and nothing has to be undone.
 * @throws PgrowError `refused` for a database without TLS
 */
export const planRenewal = ({ database: { name, topology } }: RenewalInput): UnpricedPlan => {
  const nodes = [...topology.nodes, ...topology.kept]
    .filter(({ tls }) => tls !== undefined)
    .toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  if (nodes.length === 0)
    throw new PgrowError(
      'refused',
      `${name} has no certificates: it was created without TLS. See it: ./pgrow status ${name}`,
    );
  return onSameTopology(topology, {
    type: 'rotate',
    steps: nodes.map((node) =>
      step('renew', `renew the certificate of ${node.name}`, { action: 'renewCertificate', input: { node } }),
    ),
    changes: nodes.map((node) => ({
      subject: 'certificate',
      name: node.name,
      from: 'the present one',
      to: 'a new one',
      takes_effect: 'live',
    })),
  });
};
