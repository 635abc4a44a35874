import { createServer, type ServerResponse } from 'node:http';

/** A container as the simulated engine shows it. */
export interface SimulatedContainer {
  readonly name: string;
  readonly network: string;
  readonly address: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface SimulatedEngine {
  /** Calls so far, by what was asked: `inspect`, `list`, … */
  readonly calls: Readonly<Record<string, number>>;
  close(): void;
}

/** Answers what is read of an engine, on a Unix socket: all containers run and are healthy, and nothing ever happens. */
export const simulateEngine = async (
  path: string,
  containers: readonly SimulatedContainer[],
): Promise<SimulatedEngine> => {
  const calls: Record<string, number> = {};
  const byName = new Map(containers.map((container) => [container.name, container]));
  const list = JSON.stringify(containers.map(listed));
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://engine');
    const asked = pathname.replace(/^\/v[\d.]+/, '');
    const name = /^\/containers\/([^/]+)\/json$/.exec(asked)?.[1];
    const kind = name === undefined ? (kinds[asked] ?? asked) : 'inspect';
    calls[kind] = (calls[kind] ?? 0) + 1;
    if (kind === 'events') return response.writeHead(200).flushHeaders();
    if (kind === 'ping') return void response.end('OK');
    const found = name === undefined ? undefined : byName.get(name);
    if (kind === 'inspect') return found ? answer(response, inspected(found)) : void response.writeHead(404).end('{}');
    if (kind === 'list') return answer(response, list);
    if (kind === 'list volumes') return answer(response, '{"Volumes":[]}');
    answer(response, '[]');
  });
  await new Promise<void>((resolve) => {
    server.listen(path, resolve);
  });
  return {
    calls,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
};

const kinds: Readonly<Record<string, string>> = {
  '/_ping': 'ping',
  '/events': 'events',
  '/containers/json': 'list',
  '/volumes': 'list volumes',
  '/networks': 'list networks',
};

const answer = (response: ServerResponse, body: string): void =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end(body);

const listed = ({ name, network, address, labels }: SimulatedContainer) => ({
  Id: name.padEnd(64, '0'),
  Names: [`/${name}`],
  State: 'running',
  Status: 'Up 2 hours (healthy)',
  Labels: labels,
  HostConfig: { NetworkMode: network },
  NetworkSettings: { Networks: { [network]: { IPAddress: address } } },
});

const inspected = ({ name, network, address, labels }: SimulatedContainer): string =>
  JSON.stringify({
    Id: name.padEnd(64, '0'),
    Name: `/${name}`,
    RestartCount: 0,
    State: {
      Status: 'running',
      Running: true,
      Paused: false,
      Restarting: false,
      ExitCode: 0,
      StartedAt: '2026-01-01T00:00:00Z',
      Health: { Status: 'healthy', Log: [] },
    },
    Config: { Labels: labels },
    HostConfig: { NetworkMode: network },
    NetworkSettings: { Networks: { [network]: { IPAddress: address } } },
  });
