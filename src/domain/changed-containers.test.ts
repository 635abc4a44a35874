import { expect, test } from 'vitest';
import { replicaTopology, sampleDatabase } from '../../test/support/sample-database.ts';
import { changedFindings } from './changed-containers.ts';
import type { Difference } from './container-description.ts';
import type { Database } from './database.ts';
import { clientsNetworkName, networkName } from './naming.ts';
import { nodeNamed } from './topology.ts';

const single = sampleDatabase('shop');
const replicated: Database = { ...single, topology: replicaTopology(single) };
const memory = { subject: 'memory', says: 'memory is 512 MB, should be 1 GB' };
const image = { subject: 'image', says: 'image is a, should be b' };
const hostname = { subject: 'hostname', says: 'hostname is x, should be y' };

const found = (database: Database, name: string, ...differences: Difference[]) =>
  changedFindings(database, [{ name, differences }]);

test('a limit that was changed is named, with the command that sets it while the node runs', () => {
  const { container } = nodeNamed(single.topology, 'postgres-1');
  expect(found(single, 'postgres-1', memory)).toEqual([
    {
      kind: 'changed_container',
      name: 'postgres-1',
      database: 'shop',
      explanation: 'Its container differs from what pgrow would create now: memory is 512 MB, should be 1 GB.',
      removable: false,
      command:
        'docker update --memory 1073741824 --memory-swap 1073741824 ' +
        `--cpu-period 100000 --cpu-quota 200000 ${container}`,
    },
  ]);
});

test('a limit of processes that was changed is named, with the command that sets it while the node runs', () => {
  const { container } = nodeNamed(single.topology, 'postgres-1');
  const limit = { subject: 'process limit', says: 'process limit is none, should be 2048' };
  expect(found(single, 'postgres-1', limit)[0]?.command).toBe(`docker update --pids-limit 2048 ${container}`);
});

// A stop takes it back, and a start that was done by hand does not give it again.
test('a node that the engine would not bring back is named, with the command that lets it', () => {
  const { container } = nodeNamed(single.topology, 'postgres-1');
  const restart = { subject: 'restart policy', says: 'restart policy is no, should be unless-stopped' };
  expect(found(single, 'postgres-1', restart)[0]?.command).toBe(`docker update --restart unless-stopped ${container}`);
});

// Someone connected it again without --ip: it ran, and nodes that look for it by its address did not find it.
test('another address is named with the command that gives the node its own again', () => {
  const [front] = single.topology.nodes;
  const shop: Database = {
    ...single,
    network: { subnet: '10.48.4.0/22', addresses_given: 2 },
    topology: { ...single.topology, nodes: [{ ...front!, address_number: 3 }] },
  };
  const network = networkName(shop);
  const address = {
    subject: 'address',
    says: 'address is none, should be 10.48.4.3',
    networks: { leave: [network], join: [network] },
  };
  expect(found(shop, 'front', address)).toMatchObject([
    {
      explanation: expect.stringContaining('address is none, should be 10.48.4.3'),
      command:
        `docker network disconnect ${network} ${front!.container} && ` +
        `docker network connect --ip 10.48.4.3 --alias front --alias postgres ${network} ${front!.container}`,
    },
  ]);
  expect(found(shop, 'front', address, hostname)[0]?.command).toContain('./pgrow repair shop front');
});

test('networks that it is in or is missing from are left and joined', () => {
  const [front] = single.topology.nodes;
  const shop: Database = {
    ...single,
    network: { subnet: '10.48.4.0/22', clients_subnet: '10.52.0.0/22', addresses_given: 2 },
    topology: { ...single.topology, nodes: [{ ...front!, address_number: 3 }] },
  };
  const clients = clientsNetworkName(shop);
  const network = {
    subject: 'network',
    says: `network is bridge, should be ${clients}`,
    networks: { leave: ['bridge'], join: [clients] },
  };
  expect(found(shop, 'front', network)[0]?.command).toBe(
    `docker network disconnect bridge ${front!.container} && ` +
      `docker network connect --ip 10.52.0.3 --alias front --alias postgres ${clients} ${front!.container}`,
  );
});

// Nodes keep their image through an update of pgrow: a doctor that called each of them changed would be ignored.
test('an older image alone is no finding, but is named beside another difference', () => {
  expect(found(single, 'postgres-1', image)).toEqual([]);
  expect(found(single, 'postgres-1', image, memory)).toMatchObject([
    {
      explanation: expect.stringContaining('image is a, should be b; memory is'),
      command: expect.stringContaining('docker update'),
    },
  ]);
});

test('what only a new container can have is made the way that costs clients least', () => {
  const again = (database: Database, name: string) => found(database, name, hostname)[0]?.command;
  const front = nodeNamed(replicated.topology, 'front').container;
  const only = nodeNamed(single.topology, 'postgres-1').container;
  expect(again(replicated, 'postgres-2')).toBe('./pgrow reinit shop postgres-2');
  expect(again(replicated, 'postgres-1')).toBe('./pgrow switchover shop');
  expect(again(replicated, 'front')).toBe(
    `docker stop ${front} && docker rm --volumes ${front} && ./pgrow repair shop front`,
  );
  expect(again(single, 'postgres-1')).toBe(
    `docker stop ${only} && docker rm --volumes ${only} && ./pgrow repair shop postgres-1`,
  );
});
