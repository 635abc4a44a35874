import { matchesVerifier } from '../../../src/components/postgres/index.ts';
import { ports } from '../../../src/domain/naming.ts';
import type { Machine, Machines } from './machines.ts';

/** PgBouncer nodes: where they lead, and whether they hold their clients. */
export interface Poolers {
  next(machine: Machine, port: number): { readonly node: Machine; readonly port: number } | null;
  reload(machine: Machine): void;
  accepts(machine: Machine, adminPassword: string): boolean;
  /** The password with which it asks the server for its users' own. */
  lookUpPassword(machine: Machine): string | null;
  /** From now on it takes other files only when it starts. */
  ignoreReloads(name: string): void;
  /** It has connections to this node, wherever it leads by now, until it is told to reconnect. */
  stick(name: string, port: number, node: string): void;
  /** The same of an application's connections alone: new ones, and so probes, lead where they should. */
  stickClients(name: string, port: number, node: string): void;
  /** Null if they lead as new ones do. */
  clientsStickTo(name: string, port: number): string | null;
  reconnect(machine: Machine, port: number): void;
  /** With what it logs in to servers from now on for such clients: what one of them has shown. */
  learn(machine: Machine, port: number, login: Login): void;
  /** All that it has learnt since it was started. */
  learnt(machine: Machine, port: number): readonly Login[];
  pause(machine: Machine): void;
  resume(machine: Machine): void;
  isPaused(machine: Machine): boolean;
  /** After so many milliseconds it resumes by itself; null for never. */
  arm(machine: Machine, ms: number | null): void;
  /** Whether it would resume by itself some time: nothing of a hand-over may stay behind. */
  /** How often clients were asked to wait. */
  pauses(): number;
  isArmed(machine: Machine): boolean;
  /** How often a dead-man had to let clients go, because no one else did. */
  letGoByDeadMan(): number;
}

export interface Login {
  readonly database: string;
  readonly user: string;
  readonly password: string;
}

interface Loaded {
  readonly logins: Map<string, Login>;
  readonly upstream: Readonly<Record<number, { readonly hosts: readonly string[]; readonly port: number }>>;
  readonly lookUpPassword: string | null;
  paused: boolean;
  armed: NodeJS.Timeout | null;
}

export const createPoolers = (machines: Machines): Poolers => {
  const loaded = new Map<string, Loaded>();
  const deaf = new Set<string>();
  const stuck = new Map<string, string>();
  const stuckClients = new Map<string, string>();
  const read = (machine: Machine, which: string) => {
    const ini = machines.read(machine.container, `/etc/pgrow/pgbouncer-${which}.ini`);
    const [, hosts = '', port] = /^\* = host=(\S+) port=(\d+)$/m.exec(ini) ?? [];
    return { hosts: hosts.split(','), port: Number(port) };
  };
  const load = (machine: Machine) => {
    const upstream = { [ports.pooled]: read(machine, 'rw'), [ports.pooledReadOnly]: read(machine, 'ro') };
    const userlist = machines.read(machine.container, '/etc/pgrow/userlist.txt');
    const lookUpPassword = /^"pgbouncer" "(.*)"$/m.exec(userlist)?.[1] ?? null;
    const { paused = false, armed = null, logins = new Map<string, Login>() } = loaded.get(machine.container) ?? {};
    loaded.set(machine.container, { upstream, lookUpPassword, paused, armed, logins });
  };
  machines.onBoot('pgbouncer', (machine) => {
    loaded.delete(machine.container);
    load(machine);
    return undefined;
  });
  let fired = 0;
  let pauses = 0;
  const fire = (machine: Machine) => {
    const pooler = of(machine);
    pooler.armed = null;
    if (pooler.paused) fired += 1;
    pooler.paused = false;
  };
  const of = (machine: Machine) => loaded.get(machine.container)!;

  return {
    next(machine, port) {
      const kept = machines.named(stuck.get(`${machine.name}:${port}`) ?? '');
      if (kept) return { node: kept, port: ports.postgres };
      const target = of(machine).upstream[port];
      const node = target?.hosts.map((host) => machines.resolve(host)).find((candidate) => candidate !== null);
      return target && node ? { node, port: target.port } : null;
    },
    reload(machine) {
      if (!deaf.has(machine.name)) load(machine);
    },
    lookUpPassword: (machine) => of(machine).lookUpPassword,
    ignoreReloads: (name) => void deaf.add(name),
    accepts: (machine, password) =>
      matchesVerifier(
        password,
        /^"pgrow_admin" "(.*)"$/m.exec(machines.read(machine.container, '/etc/pgrow/userlist.txt'))?.[1] ?? '',
      ),
    stick: (name, port, node) => void stuck.set(`${name}:${port}`, node),
    stickClients: (name, port, node) => void stuckClients.set(`${name}:${port}`, node),
    clientsStickTo: (name, port) => stuckClients.get(`${name}:${port}`) ?? null,
    reconnect(machine, port) {
      stuck.delete(`${machine.name}:${port}`);
      stuckClients.delete(`${machine.name}:${port}`);
    },
    learn: (machine, port, login) => void of(machine).logins.set(`${port}/${login.database}/${login.user}`, login),
    learnt: (machine, port) =>
      [...of(machine).logins].flatMap(([key, login]) => (key.startsWith(`${port}/`) ? [login] : [])),
    pause(machine) {
      pauses += 1;
      of(machine).paused = true;
    },
    pauses: () => pauses,
    resume: (machine) => void (of(machine).paused = false),
    isPaused: (machine) => of(machine).paused,
    arm(machine, ms) {
      const pooler = of(machine);
      if (pooler.armed) clearTimeout(pooler.armed);
      pooler.armed = ms === null ? null : setTimeout(() => fire(machine), ms).unref();
    },
    isArmed: (machine) => of(machine).armed !== null,
    letGoByDeadMan: () => fired,
  };
};
