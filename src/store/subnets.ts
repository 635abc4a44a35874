import { sql, type Transaction } from 'kysely';
import type { DatabaseNetwork } from '../domain/addresses.ts';
import { PgrowError } from '../domain/errors.ts';
import { isUniqueViolation, type Queries } from './connection.ts';
import type { Tables } from './tables.ts';

/** Private networks of databases, one row each; databases without a row were made before there was one. */

export const insertSubnet = async (
  transaction: Transaction<Tables>,
  service_id: string,
  network: DatabaseNetwork | undefined,
): Promise<void> => {
  if (network)
    await transaction
      .insertInto('subnets')
      .values({ ...network, service_id })
      .execute();
};

/** @throws PgrowError `subnet_taken` when another database holds `to`; has it another than `from`, nothing is changed */
export const moveSubnet = async (queries: Queries, id: string, from: string, to: string): Promise<void> => {
  try {
    await queries
      .updateTable('subnets')
      .set({ subnet: to })
      .where('service_id', '=', id)
      .where('subnet', '=', from)
      .execute();
  } catch (error) {
    throw subnetTaken(error, to);
  }
};

/** What was thrown, unless it is that another database has the subnet. */
export const subnetTaken = (error: unknown, subnet: string | undefined): unknown =>
  isUniqueViolation(error, 'subnets_pkey')
    ? new PgrowError('subnet_taken', `Another database has the subnet ${subnet}. Choose another.`)
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
  readonly addresses_given: number | null;
}

export const networkIn = ({ subnet, addresses_given }: Row): { readonly network?: DatabaseNetwork } =>
  subnet === null || addresses_given === null ? {} : { network: { subnet, addresses_given } };
