import type { RouterBackend } from '../../../src/domain/router-view.ts';
import type { Machine, Machines } from './machines.ts';
import { parseHaproxyCfg, type ConfiguredServer, type HaproxyCfg } from './haproxy-cfg.ts';
import type { Servers } from './postgres-servers.ts';
import { readTold } from './node-files.ts';

/** HAProxy nodes and the front, each with the configuration that it has loaded. */
export interface Routers {
  /** The node and port that a connection to this port is passed on to, of those that would take it. */
  next(machine: Machine, port: number): { readonly node: Machine; readonly port: number } | null;
  /** Runtime API: one answer for each command, as HAProxy prints it. */
  command(machine: Machine, text: string): string;
  reload(machine: Machine): void;
  /** Where it looks for this server of a backend, until a reload. */
  point(machine: Machine, server: string, at: Machine | null): void;
  /** What its check of a server there comes to. */
  check(server: Machine, backend: RouterBackend): boolean;
  /** From now on this router does not find that node, unless it is told where it is. */
  forgetName(router: string, node: string): void;
  /** From now on this router reaches nothing on that node, whatever it is told. */
  cutOff(router: string, node: string): void;
  arm(machine: Machine, armed: boolean): void;
  /** Whether it would give held writes back some time. */
  isArmed(machine: Machine): boolean;
  /** Nodes that new connections for writes reach. */
  writesTo(machine: Machine): readonly string[];
}

interface Loaded {
  cfg: HaproxyCfg;
  /** `primary/postgres-1`, taken out by hand. */
  readonly maintenance: Set<string>;
  /** Whose checks are stopped: what was said at run time stands. */
  readonly unchecked: Set<string>;
  /** Said to be up at run time. */
  readonly saidUp: Set<string>;
  /** By `primary/postgres-1`, where that was said at run time. */
  readonly pointed: Map<string, Machine | null>;
  armed: boolean;
}

const serversOf = ({ backends }: HaproxyCfg): readonly string[] =>
  [...backends].flatMap(([backend, { servers }]) => servers.map(({ name }) => `${backend}/${name}`));

export const createRouters = (machines: Machines, servers: Servers): Routers => {
  const loaded = new Map<string, Loaded>();
  const load = (machine: Machine) => {
    const cfg = parseHaproxyCfg(machines.read(machine.container, '/etc/pgrow/haproxy.cfg'));
    const disabled = [...cfg.backends].flatMap(([backend, { servers: known }]) =>
      known.filter((server) => server.disabled).map(({ name }) => `${backend}/${name}`),
    );
    // A reload keeps who was taken out of those that were there before, and looks for all as configured.
    const before = loaded.get(machine.container);
    const known = before ? serversOf(before.cfg) : [];
    const maintenance = serversOf(cfg).filter((server) =>
      known.includes(server) ? before?.maintenance.has(server) : disabled.includes(server),
    );
    const armed = before?.armed ?? false;
    loaded.set(machine.container, {
      cfg,
      maintenance: new Set(maintenance),
      unchecked: new Set(),
      saidUp: new Set(),
      pointed: new Map(),
      armed,
    });
  };
  for (const kind of ['haproxy', 'front']) {
    machines.onBoot(kind, (machine) => {
      loaded.delete(machine.container);
      load(machine);
      return undefined;
    });
  }

  const lost = new Set<string>();
  const nameless = new Set<string>();
  const check = (node: Machine, backend: RouterBackend): boolean => {
    const server = servers.on(node);
    if (!server || machines.hangs(node)) return false;
    if (backend === 'any') return true;
    const leads = servers.patroni(node)?.leader === server.name;
    if (backend !== 'primary') return server.data.inRecovery && !leads;
    return servers.isPrimary(server) && (leads || readTold(machines, node).mode !== 'patroni');
  };
  const target = (machine: Machine, backend: string, { name, host }: ConfiguredServer): Machine | null => {
    const pointed = loaded.get(machine.container)!.pointed.get(`${backend}/${name}`);
    const resolved = nameless.has(`${machine.name} ${name}`) ? null : machines.resolve(host);
    const node = pointed === undefined ? resolved : pointed;
    return node && !lost.has(`${machine.name} ${node.name}`) ? node : null;
  };
  const status = (machine: Machine, backend: string, server: ConfiguredServer): 'UP' | 'DOWN' | 'MAINT' => {
    const { cfg, maintenance, unchecked, saidUp } = loaded.get(machine.container)!;
    const name = `${backend}/${server.name}`;
    if (maintenance.has(name)) return 'MAINT';
    const node = target(machine, backend, server);
    if (unchecked.has(name)) return node && saidUp.has(name) ? 'UP' : 'DOWN';
    const checked = cfg.backends.get(backend)?.checked;
    return node && (!checked || check(node, backend as RouterBackend)) ? 'UP' : 'DOWN';
  };
  const upIn = (machine: Machine, backend: string) =>
    (loaded.get(machine.container)!.cfg.backends.get(backend)?.servers ?? []).filter(
      (server) => status(machine, backend, server) === 'UP',
    );

  const one = (machine: Machine, command: string): string => {
    const { cfg, maintenance, unchecked, saidUp } = loaded.get(machine.container)!;
    if (command === 'show info') return 'Name: HAProxy';
    if (command === 'show stat') {
      servers.lookAround();
      const rows = [...cfg.backends].flatMap(([backend, { servers: known }]) =>
        known.map((server) => {
          const node = target(machine, backend, server);
          const said = node ? 'L7STS,503,Layer7 wrong status' : 'L4CON,,Layer4 connection problem';
          return `${backend},${server.name},${status(machine, backend, server)},${said},${node?.name ?? 'nowhere'}`;
        }),
      );
      return ['# pxname,svname,status,check_status,check_code,check_desc,addr', ...rows].join('\n');
    }
    const [, able, stopped = ''] = /^(enable|disable) health (\S+)$/.exec(command) ?? [];
    if (able) unchecked[able === 'enable' ? 'delete' : 'add'](stopped);
    const [, server = stopped, what, value] = /^set server (\S+) (state|health) (\S+)$/.exec(command) ?? [];
    const [backend = '', name] = server.split('/');
    if (!cfg.backends.get(backend)?.servers.some((known) => known.name === name)) return 'No such server.';
    if (what === 'state' && value === 'maint') maintenance.add(server);
    if (what === 'state' && value === 'ready') maintenance.delete(server);
    if (what === 'health') saidUp[value === 'up' ? 'add' : 'delete'](server);
    return '';
  };

  return {
    next(machine, port) {
      const frontend = loaded.get(machine.container)!.cfg.frontends.get(port);
      if (!frontend?.backend) return null;
      const fallback = frontend.whenEmpty;
      const chosen = fallback && upIn(machine, fallback.backend).length === 0 ? fallback.instead : frontend.backend;
      for (const server of upIn(machine, chosen)) {
        const node = target(machine, chosen, server);
        if (node) return { node, port: server.port };
      }
      return null;
    },
    command: (machine, text) =>
      text
        .split(';')
        .map((command) => one(machine, command.trim()))
        .filter(Boolean)
        .join('\n'),
    reload: load,
    point: (machine, server, at) => void loaded.get(machine.container)!.pointed.set(server, at),
    check,
    forgetName: (router, node) => void nameless.add(`${router} ${node}`),
    cutOff: (router, node) => void lost.add(`${router} ${node}`),
    arm: (machine, armed) => void (loaded.get(machine.container)!.armed = armed),
    isArmed: (machine) => loaded.get(machine.container)!.armed,
    writesTo: (machine) => upIn(machine, 'primary').map(({ name }) => name),
  };
};
