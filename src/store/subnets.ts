import { sql, type Transaction } from 'kysely';
import type { DatabaseNetwork } from '../domain/addresses.ts';
import { PgrowError } from '../domain/errors.ts';
import { isUniqueViolation, type Queries } from './connection.ts';
import type { Tables } from './tables.ts';

/** Subnets of databases, one row each; databases without a row were made before there was one. */

export const insertSubnet = async (
  transaction: Transaction<Tables>,
  service_id: string,
  network: DatabaseNetwork | undefined,
): Promise<void> => {
  if (network)
    await transaction
      .insertInto('subnets')
      .values({ ...network, clients_subnet: network.clients_subnet ?? null, service_id })
      .execute();
};

/**
 * Of either of its networks.
 * @throws PgrowError `subnet_taken` when another database holds `to`; has it another than `from`, nothing is changed
 */
export const moveSubnet = async (queries: Queries, id: string, from: string, to: string): Promise<void> => {
  const move = (column: 'subnet' | 'clients_subnet') =>
    queries
      .updateTable('subnets')
      .set({ [column]: to })
      .where('service_id', '=', id)
      .where(column, '=', from)
      .execute();
  try {
    await move('subnet');
    await move('clients_subnet');
  } catch (error) {
    throw subnetTaken(error, [to]);
  }
};

/** What was thrown, unless it is that another database has the subnet. */
export const subnetTaken = (error: unknown, subnets: readonly string[]): unknown =>
  isUniqueViolation(error, 'subnets_pkey') || isUniqueViolation(error, 'subnets_clients_subnet_key')
    ? new PgrowError('subnet_taken', `Another database has the subnet ${subnets.join(' or ')}. Choose another.`)
    : error;

/** As many as a plan has given by its end; it may be recorded more than once. */
export const countAddresses = async (
  transaction: Transaction<Tables>,
  service_id: string,
  given: number | undefined,
): Promise<void> => {
  if (given === undefined) return;
  await transaction
    .updateTable('subnets')
    .set({ addresses_given: sql<number>`greatest(addresses_given, ${given})` })
    .where('service_id', '=', service_id)
    .execute();
};

interface Row {
  readonly subnet: string | null;
  readonly clients_subnet: string | null;
  readonly addresses_given: number | null;
}

export const networkIn = ({ subnet, clients_subnet, addresses_given }: Row): { readonly network?: DatabaseNetwork } =>
  subnet === null || addresses_given === null
    ? {}
    : { network: { subnet, ...(clients_subnet === null ? {} : { clients_subnet }), addresses_given } };
