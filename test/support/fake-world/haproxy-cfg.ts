/** The part of HAProxy's configuration language that decides where a connection goes. */
export interface HaproxyCfg {
  /** By port. */
  readonly frontends: ReadonlyMap<number, Frontend>;
  readonly backends: ReadonlyMap<string, Backend>;
}

interface Frontend {
  readonly backend: string | null;
  /** `use_backend primary if { nbsrv(replicas) eq 0 }` */
  readonly whenEmpty: { readonly backend: string; readonly instead: string } | null;
}

interface Backend {
  /** Whether HTTP checks decide who takes part. */
  readonly checked: boolean;
  readonly servers: readonly ConfiguredServer[];
}

export interface ConfiguredServer {
  readonly name: string;
  /** The name by which it is looked for. */
  readonly host: string;
  readonly port: number;
  readonly disabled: boolean;
}

export const parseHaproxyCfg = (text: string): HaproxyCfg => {
  const sections = text.split(/^(?=\S)/m);
  const frontends = new Map<number, Frontend>();
  const backends = new Map<string, Backend>();
  for (const section of sections) {
    const [, kind, name = ''] = /^(frontend|backend) (\S+)/.exec(section) ?? [];
    if (kind === 'frontend') {
      const [, instead, backend] = /use_backend (\S+) if \{ nbsrv\((\S+)\) eq 0 \}/.exec(section) ?? [];
      frontends.set(Number(/bind :(\d+)/.exec(section)?.[1]), {
        backend: /default_backend (\S+)/.exec(section)?.[1] ?? null,
        whenEmpty: instead && backend ? { backend, instead } : null,
      });
    }
    if (kind === 'backend' && name !== 'runtime_socket') {
      const servers = [...section.matchAll(/^ +server (\S+) (\S+):(\d+)(.*)$/gm)];
      backends.set(name, {
        checked: section.includes('option httpchk'),
        servers: servers.map(([, server = '', host = '', port, options = '']) => ({
          name: server,
          host,
          port: Number(port),
          disabled: options.split(' ').includes('disabled'),
        })),
      });
    }
  }
  return { frontends, backends };
};
