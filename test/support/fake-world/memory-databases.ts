import type { Database } from '../../../src/domain/database.ts';
import { subnetsOf } from '../../../src/domain/addresses.ts';
import { PgrowError } from '../../../src/domain/errors.ts';
import type { Node } from '../../../src/domain/topology.ts';
import type { DatabaseStore } from '../../../src/store/databases.ts';
import type { HoldStore } from '../../../src/store/holds.ts';
import { serverAs } from '../../../src/store/read-databases.ts';

interface Row {
  database: Database;
  destroyed: boolean;
}

type MemoryDatabases = DatabaseStore &
  Omit<HoldStore, 'isHeld'> & {
    /** As after a restore of the control plane from a backup. */
    hold(id: string, taken_at: string): void;
    /** Of a destroyed one too: its operations are still shown. */
    nameOf(id: string): string;
    /** As many as a plan has given by its end. */
    countAddresses(id: string, given: number | undefined): void;
  };

export const memoryDatabases = (): MemoryDatabases => {
  const rows = new Map<string, Row>();
  const alive = () => [...rows.values()].filter((row) => !row.destroyed).map(({ database }) => asRead(database));

  const refuseTakenSubnet = (subnet: string) => {
    if (alive().some(({ network }) => subnetsOf(network).includes(subnet)))
      throw new PgrowError('subnet_taken', `Another database has the subnet ${subnet}. Choose another.`);
  };

  return {
    countAddresses(id, given) {
      const row = rows.get(id);
      const network = row?.database.network;
      if (row && network && given !== undefined && given > network.addresses_given)
        row.database = { ...row.database, network: { ...network, addresses_given: given } };
    },
    nameOf: (id) => rows.get(id)?.database.name ?? '?',

    async registerDatabase(database) {
      const known = rows.get(database.id);
      if (known?.destroyed) throw new PgrowError('not_found', `Database ${database.name} has been destroyed.`);
      if (known) return known.database;
      if (alive().some(({ name }) => name === database.name)) {
        throw new PgrowError('name_taken', `There is a database named ${database.name} already. Choose another name.`);
      }
      for (const subnet of subnetsOf(database.network)) refuseTakenSubnet(subnet);
      rows.set(database.id, { database, destroyed: false });
      return database;
    },
    async moveSubnet(id, from, to) {
      refuseTakenSubnet(to);
      const row = rows.get(id);
      const network = row?.database.network;
      if (!row || !network) return;
      const { subnet, clients_subnet } = network;
      row.database = {
        ...row.database,
        network: {
          ...network,
          ...(subnet === from ? { subnet: to } : {}),
          ...(clients_subnet === from ? { clients_subnet: to } : {}),
        },
      };
    },
    async readDatabase(idOrName, project) {
      const found = alive().find(({ id, name }) => id === idOrName || name === idOrName);
      return found && (project === undefined || found.project === project) ? found : null;
    },
    listDatabases: async ({ project, stage }) =>
      alive()
        .filter((each) => project === undefined || each.project === project)
        .filter(({ topology }) => stage === undefined || topology.stage === stage),
    async saveTopology(id, topology) {
      const row = rows.get(id);
      if (row) row.database = { ...row.database, topology };
    },
    async setPrimary(id, from, to) {
      const row = rows.get(id);
      if (row?.database.topology.primary !== from) return false;
      if (!row.database.topology.nodes.some(({ name }) => name === to)) return false;
      row.database = { ...row.database, topology: { ...row.database.topology, primary: to } };
      return true;
    },
    async saveNode(id, node) {
      const row = rows.get(id);
      if (!row) return;
      const { topology } = row.database;
      const replaced = (nodes: readonly Node[]) => nodes.map((each) => (each.name === node.name ? node : each));
      row.database = {
        ...row.database,
        topology: { ...topology, nodes: replaced(topology.nodes), kept: replaced(topology.kept) },
      };
    },
    async dropKept(id) {
      const row = rows.get(id);
      if (row) row.database = { ...row.database, topology: { ...row.database.topology, kept: [] } };
    },
    hold(id, taken_at) {
      const row = rows.get(id);
      if (row) row.database = { ...row.database, held: { taken_at, compared_at: null, differences: [] } };
    },
    async recordComparison(id, differences) {
      const row = rows.get(id);
      const held = row?.database.held;
      if (row && held)
        row.database = { ...row.database, held: { ...held, compared_at: new Date().toISOString(), differences } };
    },
    async releaseHold(id) {
      const row = rows.get(id);
      if (!row?.database.held) return false;
      const { held: _, ...database } = row.database;
      row.database = database;
      return true;
    },
    async protectDatabase(id, isProtected) {
      const row = rows.get(id);
      if (!row) return;
      const { protected: _, ...database } = row.database;
      row.database = { ...database, ...(isProtected && { protected: true }) };
    },
    async saveSettings(id, settings) {
      const row = rows.get(id);
      if (row) row.database = { ...row.database, settings };
    },
    async forgetDatabase(id) {
      rows.delete(id);
    },
    async removeDatabase(id) {
      const row = rows.get(id);
      if (row) row.destroyed = true;
    },
  };
};

const asRead = (database: Database): Database => ({ ...database, ...serverAs(database.topology, database.size) });
