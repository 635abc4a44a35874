import { X509Certificate } from 'node:crypto';
import { matchesVerifier } from '../../../src/components/postgres/index.ts';
import { addressOf, layoutOf } from '../../../src/domain/addresses.ts';
import type { Database } from '../../../src/domain/database.ts';
import { isMarkOf, labelNames } from '../../../src/domain/naming.ts';
import type { NodeFile } from '../../../src/platform/platform.ts';
import type { Shop } from './operator.ts';
import { worldHome, type World } from './world.ts';

/** All of one database that could be left over, or left otherwise than it was. */
export interface Picture {
  readonly containers: readonly string[];
  readonly volumes: readonly string[];
  readonly networks: readonly string[];
  /** By container, of those that run: the names under which it answers. */
  readonly names: Readonly<Record<string, readonly string[]>>;
  /** By the name of the node. */
  readonly slots: Readonly<Record<string, readonly string[]>>;
  /** By the name of the node: what it is, whom it follows and who has to confirm its commits. */
  readonly servers: Readonly<Record<string, object>>;
  /** By the name of the node: each server as health checks and the runtime API have it. */
  readonly routes: Readonly<Record<string, readonly string[]>>;
  /** What is in etcd, by scope. */
  readonly etcd: Readonly<Record<string, object>>;
  readonly files: Readonly<Record<string, string>>;
  readonly snapshots: readonly string[];
  readonly topology: Database['topology'] | null;
}

export const takePicture = async (world: World, id: string): Promise<Picture> => {
  const { platform, machines, servers, routers, etcd, store } = world;
  const labels = { [labelNames.home]: worldHome, [labelNames.database]: id };
  const { containers, networks, ...found } = await platform.findByLabels(labels);
  const database = await store.readDatabase(id);
  // A mark is accounted for as long as its database is.
  const volumes = found.volumes.filter((volume) => !database || !isMarkOf(database, volume));
  const running = machines.running().toSorted((a, b) => a.name.localeCompare(b.name));
  const postgres = running.flatMap((machine) => servers.on(machine) ?? []);
  return {
    containers,
    volumes,
    networks,
    names: Object.fromEntries(running.map(({ container, spec }) => [container, spec.aliases])),
    slots: Object.fromEntries(postgres.map(({ name, data }) => [name, [...data.slots].toSorted()])),
    servers: Object.fromEntries(
      postgres.map((server) => {
        const upstream = servers.upstreamOf(server);
        const follows = upstream?.from && servers.followersOf(upstream.from).some(({ name }) => name === server.name);
        return [
          server.name,
          {
            role: servers.isPrimary(server) ? 'primary' : 'replica',
            follows: follows ? `${upstream?.from?.name} through ${upstream?.slot}` : null,
            confirmed_by: servers.synchronousStandbys(server),
            to_be_restarted_for: servers.settings.pending(server.machine, server.data),
            extensions: [...server.data.extensions].toSorted(),
          },
        ];
      }),
    ),
    routes: Object.fromEntries(
      running
        .filter(({ kind }) => kind === 'haproxy')
        .map((machine) => [machine.name, routers.command(machine, 'show stat').split('\n')]),
    ),
    etcd: Object.fromEntries(
      running
        .filter((machine) => machine.kind === 'etcd' && etcd.healthy(machine))
        .flatMap((machine) => [...etcd.scopesOf(machine)])
        .map(([scope, state]) => [
          scope,
          {
            ...state,
            permanentSlots: [...state.permanentSlots].toSorted(),
            members: [...state.members].toSorted(),
            remembered: [...state.remembered].toSorted(),
          },
        ]),
    ),
    files: Object.fromEntries(containers.flatMap((container) => filesRead(platform.files(container), container))),
    snapshots: (await store.listSnapshots(id)).map((snapshot) => snapshot.id),
    topology: database?.topology ?? null,
  };
};

/** Those that have a say in what a node does from now on. */
const filesRead = (
  files: Readonly<Record<string, NodeFile>>,
  container: string,
): readonly (readonly [string, string])[] => {
  const managed = '/etc/pgrow/patroni.yml' in files && files['/etc/pgrow/node.json']?.content.includes('"patroni"');
  return Object.values(files).flatMap(({ path, content }) => {
    // An undo leaves a node with the new certificate, which is as valid as the old one; a file not yet in use is overwritten.
    if (path.endsWith('.pem.next')) return [];
    if (path.endsWith('.pem')) return [[`${container}:${path}`, new X509Certificate(content).subject]];
    // Without Patroni no one reads its file, with it no one the others; and what bootstraps a cluster is read once.
    if (path.endsWith('/patroni.yml')) return managed ? [[`${container}:${path}`, withoutBootstrap(content)]] : [];
    return managed && /\/(postgresql|pg_hba)\.conf$/.test(path) ? [] : [[`${container}:${path}`, content]];
  });
};

const withoutBootstrap = (yaml: string): string => JSON.stringify({ ...(JSON.parse(yaml) as object), bootstrap: null });

/** By address: the node on record that has it. Which address that is depends on what the database has been through. */
const ownersOfAddresses = async ({ store }: World, id: string): Promise<ReadonlyMap<string, string>> => {
  const { network, topology } = (await store.readDatabase(id)) ?? {};
  if (!network || !topology) return new Map();
  const { gateway } = layoutOf(network.subnet);
  const nodes = [...topology.nodes, ...topology.kept];
  return new Map([
    [gateway, '(gateway)'],
    ...nodes.map((node) => [addressOf(network, node) ?? '', `(address of ${node.name})`] as const),
  ]);
};

/** The same for any two databases of which the same has become: without what is drawn by lot for each. */
export const comparable = async ({ id, world }: Pick<Shop, 'id' | 'world'>): Promise<object> => {
  const operations = (await world.store.listOperations(id)).map((operation) => operation.id).toReversed();
  const taken = JSON.stringify(await takePicture(world, id));
  const verifiers = taken.match(/SCRAM-SHA-256\$[^"\\]+/g) ?? [];
  const ports = Object.entries((await world.store.readDatabase(id))?.ports ?? {});
  const drawn: readonly (readonly [string, string])[] = [
    ...Object.entries(await world.store.readSecrets(id)).flatMap(([name, secret]) => [
      [secret, `(${name})`] as const,
      ...verifiers.filter((verifier) => matchesVerifier(secret, verifier)).map((it) => [it, `(${name})`] as const),
    ]),
    ...[id, ...operations].flatMap((uuid, index) => [
      [uuid, `(id ${index})`] as const,
      [uuid.slice(0, 8), `(id ${index})`] as const,
    ]),
    ...ports.map(([name, port]) => [String(port), `(port ${name})`] as const),
  ];
  const owners = await ownersOfAddresses(world, id);
  const text = taken
    .replaceAll(/\d+\.\d+\.\d+\.\d+/g, (address) => owners.get(address) ?? address)
    .replaceAll(/"address_number":\d+,|,"address_number":\d+/g, '')
    // Only a server that is yet to be made is given one.
    .replaceAll(/,\\"locale\\":\\"[^"\\]+\\"/g, '');
  const picture = JSON.parse(drawn.reduce((shown, [value, name]) => shown.replaceAll(value, name), text)) as Picture;
  return { ...picture, volumes: picture.volumes.toSorted() };
};
