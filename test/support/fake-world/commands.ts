import { setTimeout as delay } from 'node:timers/promises';
import { ownRolesQuery } from '../../../src/components/postgres/index.ts';
import type { EtcdClusters } from './etcd-cluster.ts';
import type { Machine, Machines } from './machines.ts';
import type { PatroniClusters } from './patroni-clusters.ts';
import type { Poolers } from './poolers.ts';
import { lsnText, type PostgresData } from './postgres-data.ts';
import type { Server, Servers } from './postgres-servers.ts';
import type { Routers } from './routers.ts';

interface Cast {
  readonly machines: Machines;
  readonly servers: Servers;
  readonly etcd: EtcdClusters;
  readonly patroni: PatroniClusters;
  readonly routers: Routers;
  readonly poolers: Poolers;
}

/** The programs of our images, as far as activities run them. */
export const answerCommands = ({ machines, servers, etcd, patroni, routers, poolers }: Cast): void => {
  const machineOf = (container: string): Machine => machines.running().find((each) => each.container === container)!;

  machines.platform.onExec(({ container, command: [program, argument, ...others], stdin }) => {
    const machine = machineOf(container.name);
    switch (program) {
      case 'pgrow-renew':
        return {};
      case 'pgrow-reload':
        (machine.kind === 'pgbouncer' ? poolers : routers).reload(machine);
        return {};
      case 'pgrow-deadman':
        if (argument === 'release') {
          if (poolers.isArmed(machine)) poolers.resume(machine);
          poolers.arm(machine, null);
          return {};
        }
        if (machine.kind === 'pgbouncer') poolers.arm(machine, argument === 'disarm' ? null : Number(argument));
        else routers.arm(machine, argument !== 'disarm');
        return {};
      case 'pgrow-resume':
        poolers.resume(machine);
        return {};
      case 'pgrow-peers': {
        const known = etcd.peers(machine);
        const answers = [argument!, ...others].map(
          (peer) => `${peer} ${known.includes(peer.split(':')[0]!) ? 'answers' : 'does not answer'}`,
        );
        return { stdout: `${answers.join('\n')}\n` };
      }
      case 'pg_isready': {
        const [host] = others;
        return { stdout: `${host}:5432 - ${servers.named(host!) ? 'accepting connections' : 'no response'}\n` };
      }
      case 'psql':
        return { stdout: answerPsql(servers, servers.on(machine), stdin ?? '') };
      case 'pgrow-server':
        return orderServer({ machines, servers }, machine, argument!);
      case 'pgrow-unfence': {
        const data = servers.dataOf(machine);
        if (data) data.fenced = false;
        // Where Patroni runs, it is for Patroni to start the server.
        if (servers.patroni(machine)) patroni.settle();
        else servers.serve(machine);
        return {};
      }
      case 'pgrow-control-data': {
        const data = servers.dataOf(machine);
        return data ? { stdout: `${controlData(data)}\n` } : { exitCode: 1, stderr: 'no data' };
      }
      case 'mv': {
        const [from, to] = others;
        const content = machines.read(container.name, from!);
        void machines.platform.putFiles(container.name, [{ path: to!, content, mode: 0o600 }]);
        return {};
      }
      // A server's program that is given values to look at; it finds nothing wrong with any.
      case 'timeout':
        return {
          stdout: others
            .slice(others.lastIndexOf('sh') + 1)
            .map(() => '0 \u001E')
            .join(''),
        };
      default:
        return { exitCode: 127, stderr: `${program ?? 'nothing'}: not found` };
    }
  });

  machines.platform.onInteractiveExec(({ container, command: [program, , identifier] }, input) => {
    if (program === 'pgrow-deadman') return listen(poolers, machineOf(container.name), input);
    if (program !== 'pgrow-stop-armed') return undefined;
    return (async function* () {
      const machine = machineOf(container.name);
      const data = servers.dataOf(machine);
      if (!data || data.systemIdentifier !== identifier) {
        yield JSON.stringify({ error: 'another database' });
        return;
      }
      yield `armed ${Date.now()}`;
      for await (const line of input) {
        const [order, until, , ...pids] = line.split(' ');
        if (order !== 'stop') return;
        data.fenced = true;
        const server = servers.on(machine);
        if (!server) return void (yield controlData(data));
        const waitedFor = servers
          .sendersOf(server)
          .filter(({ pid, unconfirmed_bytes }) => pids.includes(String(pid)) && unconfirmed_bytes !== 0);
        if (waitedFor.length > 0 || servers.stopHangs(machine.name)) {
          await delay(Number(until) - Date.now());
          servers.crash(server);
        } else servers.shutDown(server);
        yield controlData(data);
        return;
      }
    })();
  });
};

/** A dead-man that releases when whoever holds goes away, unless another has armed it. */
const listen = async function* (poolers: Poolers, machine: Machine, input: AsyncIterable<string>) {
  let holds = false;
  for await (const line of input) {
    const isArmed = poolers.isArmed(machine);
    if (line.startsWith('hold')) holds = !isArmed;
    if (line === 'free') holds = false;
    yield line.startsWith('hold') && isArmed ? 'armed' : line;
  }
  if (holds && !poolers.isArmed(machine)) poolers.resume(machine);
};

/** What a node's supervisor makes of an order, and says of it. */
const orderServer = async (
  { machines, servers }: Pick<Cast, 'machines' | 'servers'>,
  machine: Machine,
  order: string,
): Promise<{ readonly exitCode?: number; readonly stdout?: string }> => {
  if (!machines.knowsOrders() || machine.kind !== 'postgres')
    return { exitCode: 127, stdout: 'pgrow-server: not found' };
  const data = servers.dataOf(machine);
  const answer = (exitCode: number) => ({ exitCode, stdout: JSON.stringify(stateOf(servers, machine)) });
  if (order === 'status') return answer(0);
  if (order === 'restart' && data?.fenced) return answer(3);
  const restarts = order === 'restart' && servers.restartByPatroni(machine);
  if (order !== 'start' && !restarts) servers.stopNode(machine);
  if (order === 'stop') return answer(0);
  servers.startNode(machine);
  if (data?.fenced) return answer(3);
  servers.lookAround();
  while (servers.isStarting(machine)) await delay(startPollMs);
  return answer(servers.on(machine) ? 0 : 5);
};

const stateOf = (servers: Servers, machine: Machine) => {
  const data = servers.dataOf(machine);
  const running = servers.on(machine) !== null;
  return {
    state: servers.isStopped(machine) ? 'stopped' : data?.fenced ? 'fenced' : 'running',
    running,
    exit: running ? null : { code: 0, how: 'orderly', at: 0 },
    ...(data && !running ? { control: JSON.parse(controlData(data)) as object } : {}),
  };
};

const startPollMs = 3;

/** What pgrow asks and changes through a node's socket: its own roles. */
const answerPsql = (servers: Servers, server: Server | null, statements: string): string => {
  if (!server) return '';
  if (statements === ownRolesQuery) {
    const known = [...server.data.passwords].map(([name, verifier]) => [
      name,
      {
        verifier,
        login: true,
        superuser: name === 'pgrow',
        expired: false,
        settings: server.data.roleSettings.get(name) ?? [],
      },
    ]);
    return JSON.stringify({ standby: server.data.inRecovery, roles: Object.fromEntries(known) });
  }
  for (const [, role, name, value = ''] of statements.matchAll(/ALTER ROLE (\w+) SET (\w+) (?:= '(.*)'|FROM CURRENT)/g))
    server.data.roleSettings.set(role!, [...(server.data.roleSettings.get(role!) ?? []), `${name}=${value}`]);
  for (const [, role, verifier] of statements.matchAll(/ALTER ROLE (\w+) PASSWORD '([^']+)'/g))
    servers.setPassword(server, role!, verifier!);
  return '';
};

const controlData = ({ shutDownAt, lsn, timeline, systemIdentifier }: PostgresData): string =>
  JSON.stringify({
    state: shutDownAt === null ? 'in production' : 'shut down',
    checkpoint: lsnText(shutDownAt ?? lsn),
    timeline,
    system_identifier: systemIdentifier,
    stop_ms: 1,
  });
