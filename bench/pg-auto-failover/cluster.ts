import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { removeResources } from '../../src/nodes/leftovers.ts';
import { connectPostgres } from '../../src/components/postgres/index.ts';
import { dataPath, serverResources } from '../../src/domain/container-spec.ts';
import { messageOf } from '../../src/domain/errors.ts';
import { containerName, labelNames, networkName, ports, volumeName } from '../../src/domain/naming.ts';
import { ensureOtherImage } from '../../src/launcher/images.ts';
import { isPortFree } from '../../src/launcher/ports.ts';
import type { Endpoint } from '../../src/workload/endpoint.ts';
import type { Bench } from '../bench.ts';
import { tcpPeer } from '../../test/support/tcp-peer.ts';

const imageFolder = fileURLToPath(new URL('image', import.meta.url));
const monitor = 'monitor';
const monitorDatabase = 'pg_auto_failover';
const monitorUser = 'autoctl_node';
/** User and database of the writers. No one has a password: everyone in the private network is trusted. */
const application = 'bench';
/** Waits longer than its usual minute for the end. */
const switchoverCommand = ['pg_autoctl', 'perform', 'switchover', '--wait', '180'];
const deadlockAttempts = 5;
const always = ['--auth', 'trust', '--no-ssl', '--run'];
/** Below the range from which Linux takes ports for outgoing connections. */
const firstPort = 12_000;

export type NodeName = 'node-1' | 'node-2';

/** What the monitor believes: `single`, `primary`, `wait_primary`, `secondary`, … */
export type NodeStates = Readonly<Partial<Record<string, string>>>;

/** One cluster of pg_auto_failover as its manual sets it up: a monitor, a primary, a standby. */
export interface PeerCluster {
  /** Where the node answers, on this host, for as long as the cluster lives. */
  endpointOf(node: NodeName): Endpoint;
  /** The first becomes the primary, the next its standby. */
  startNode(node: NodeName): Promise<void>;
  killNode(node: NodeName): Promise<void>;
  /** Writes out what is dirty. */
  checkpoint(node: NodeName): Promise<void>;
  /** Reported states that are the wanted ones as well; a node on its way between two is left out. */
  states(): Promise<NodeStates>;
  /** Resolves when the command ends. */
  switchOver(): Promise<void>;
  remove(): Promise<void>;
}

/** Its containers, volumes and network carry the label of the bench's home as well, which removes what is left over. */
export const openPeerCluster = async (bench: Bench): Promise<PeerCluster> => {
  const { platform, settings, say } = bench;
  const image = await ensureOtherImage({ image: 'bench-pg-auto-failover', folder: imageFolder }, say);
  const named = { home: settings.homeId, name: 'peer', id: randomUUID() };
  const labels = { [labelNames.home]: named.home, [labelNames.kind]: 'bench' };
  const network = networkName(named);
  const [monitorPort, ...nodePorts] = await freePorts(3);
  const portOf = (node: string): number =>
    node === monitor ? monitorPort! : node === 'node-1' ? nodePorts[0]! : nodePorts[1]!;

  const start = async (node: string, command: readonly string[]): Promise<void> => {
    const name = containerName(named, node);
    const volume = volumeName(named, node);
    await platform.ensureVolume({ name: volume, labels });
    await platform.ensureContainer({
      name,
      image,
      hostname: node,
      command: ['pg_autoctl', 'create', ...command, '--hostname', node, ...always],
      network,
      aliases: [node],
      mounts: [{ volume, path: dataPath.postgres! }],
      ports: [{ container: ports.postgres, host: portOf(node) }],
      labels,
      environment: {},
      restart: 'no',
      ...serverResources({}),
      confinement: null,
    });
    await platform.startContainer(name);
  };

  /** @throws Error with what it said */
  const run = async (node: string, command: readonly string[]): Promise<void> => {
    const { exitCode, stderr } = await platform.exec(containerName(named, node), command);
    if (exitCode !== 0) throw new Error(`${command.join(' ')} on ${node} failed: ${stderr.trim()}`);
  };

  const remove = async (): Promise<void> => {
    const leftOver = await removeResources(platform, await platform.findByLabels(labels));
    for (const { what, command } of leftOver) say(`Left over: ${what}. Finish with: ${command}`);
  };

  try {
    await platform.ensureNetwork({ name: network, labels });
    await start(monitor, ['monitor']);
  } catch (error) {
    await remove();
    throw error;
  }

  return {
    endpointOf: (node) => ({
      host: '127.0.0.1',
      port: portOf(node),
      user: application,
      password: '',
      database: application,
    }),
    startNode: (node) =>
      start(node, [
        'postgres',
        '--name',
        node,
        '--username',
        application,
        '--dbname',
        application,
        // The writers come from the host: from the network's gateway.
        '--pg-hba-lan',
        '--monitor',
        `postgres://${monitorUser}@${monitor}:${ports.postgres}/${monitorDatabase}?sslmode=prefer`,
      ]),
    killNode: (node) => platform.signalContainer(containerName(named, node), 'SIGKILL'),
    checkpoint: (node) => run(node, ['psql', '--quiet', '--dbname=postgres', '--command=CHECKPOINT']),
    states: async () => {
      const connection = await connectPostgres({
        peer: tcpPeer('127.0.0.1'),
        port: monitorPort!,
        database: monitorDatabase,
        user: monitorUser,
        password: '',
      });
      try {
        const rows = await connection.query<{ name: string; state: string }>(
          `SELECT nodename AS name, current_group_state::text AS state FROM pgautofailover.current_state()
            WHERE current_group_state = assigned_group_state`,
        );
        return Object.fromEntries(rows.map(({ name, state }) => [name, state]));
      } finally {
        await connection.end();
      }
    },
    switchOver: () => retryOnDeadlock(() => run(monitor, switchoverCommand)),
    remove,
  };
};

/** Its monitor's transactions can deadlock with a node's report (seen under load); an operator asks again. */
const retryOnDeadlock = async (attempt: () => Promise<void>): Promise<void> => {
  for (let left = deadlockAttempts; ; left -= 1) {
    try {
      return await attempt();
    } catch (error) {
      if (left <= 1 || !messageOf(error).includes('deadlock detected')) throw error;
    }
  }
};

const freePorts = async (count: number): Promise<readonly number[]> => {
  const free: number[] = [];
  for (let port = firstPort + (process.pid % 4_000); free.length < count; port += 1) {
    if (await isPortFree(port)) free.push(port);
  }
  return free;
};
