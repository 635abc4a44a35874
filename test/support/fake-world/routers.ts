import type { Machine, Machines } from './machines.ts';
import { parseHaproxyCfg, type HaproxyCfg } from './haproxy-cfg.ts';
import type { Servers } from './postgres-servers.ts';

/** HAProxy nodes and the front, each with the configuration that it has loaded. */
export interface Routers {
  /** The node and port that a connection to this port is passed on to, of those that would take it. */
  next(machine: Machine, port: number): { readonly node: Machine; readonly port: number } | null;
  /** Runtime API: one answer for each command, as HAProxy prints it. */
  command(machine: Machine, text: string): string;
  reload(machine: Machine): void;
  /** Nodes that new connections for writes reach. */
  writesTo(machine: Machine): readonly string[];
}

interface Loaded {
  cfg: HaproxyCfg;
  /** `primary/postgres-1`, taken out by hand. */
  readonly maintenance: Set<string>;
}

export const createRouters = (machines: Machines, servers: Servers): Routers => {
  const loaded = new Map<string, Loaded>();
  const load = (machine: Machine) => {
    const cfg = parseHaproxyCfg(machines.read(machine.container, '/etc/pgrow/haproxy.cfg'));
    const disabled = [...cfg.backends].flatMap(([backend, { servers: known }]) =>
      known.filter((server) => server.disabled).map(({ name }) => `${backend}/${name}`),
    );
    // A reload keeps what was said at run time.
    loaded.set(machine.container, {
      cfg,
      maintenance: loaded.get(machine.container)?.maintenance ?? new Set(disabled),
    });
  };
  for (const kind of ['haproxy', 'front']) {
    machines.onBoot(kind, (machine) => {
      loaded.delete(machine.container);
      load(machine);
      return undefined;
    });
  }

  const passesCheck = (backend: string, name: string): boolean => {
    const server = servers.named(name);
    if (!server) return false;
    if (backend === 'primary') return servers.isPrimary(server);
    return !servers.isPrimary(server) && !servers.isStandbyLeader(server);
  };
  const status = (machine: Machine, backend: string, server: string): 'UP' | 'DOWN' | 'MAINT' => {
    const { cfg, maintenance } = loaded.get(machine.container)!;
    if (maintenance.has(`${backend}/${server}`)) return 'MAINT';
    const checked = cfg.backends.get(backend)?.checked;
    const up = checked ? passesCheck(backend, server) : machines.named(server) !== null;
    return up ? 'UP' : 'DOWN';
  };
  const upIn = (machine: Machine, backend: string) =>
    (loaded.get(machine.container)!.cfg.backends.get(backend)?.servers ?? []).filter(
      ({ name }) => status(machine, backend, name) === 'UP',
    );

  const one = (machine: Machine, command: string): string => {
    const { cfg, maintenance } = loaded.get(machine.container)!;
    if (command === 'show info') return 'Name: HAProxy';
    if (command === 'show stat') {
      const rows = [...cfg.backends].flatMap(([backend, { servers: known }]) =>
        known.map(({ name }) => `${backend},${name},${status(machine, backend, name)}`),
      );
      return ['# pxname,svname,status', ...rows].join('\n');
    }
    const [, server = '', what, value] = /^set server (\S+) (state|health) (\S+)$/.exec(command) ?? [];
    const [backend = '', name] = server.split('/');
    if (!cfg.backends.get(backend)?.servers.some((known) => known.name === name)) return 'No such server.';
    if (what === 'state' && value === 'maint') maintenance.add(server);
    if (what === 'state' && value === 'ready') maintenance.delete(server);
    return '';
  };

  return {
    next(machine, port) {
      const frontend = loaded.get(machine.container)!.cfg.frontends.get(port);
      if (!frontend?.backend) return null;
      const fallback = frontend.whenEmpty;
      const chosen = fallback && upIn(machine, fallback.backend).length === 0 ? fallback.instead : frontend.backend;
      for (const { name, port: target } of upIn(machine, chosen)) {
        const node = machines.named(name);
        if (node) return { node, port: target };
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
    writesTo: (machine) => upIn(machine, 'primary').map(({ name }) => name),
  };
};
