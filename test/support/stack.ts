import pg from 'pg';
import { applicationName } from '../../src/domain/database.ts';
import type { EndpointName, Endpoints } from '../../src/domain/endpoints.ts';
import type { LiveNode } from '../../src/domain/live-state.ts';
import type { OperationDocument } from '../../src/domain/operation.ts';
import type { ExpansionTarget } from '../../src/domain/stage.ts';
import type { TlsMode } from '../../src/domain/tls.ts';
import type { HostPorts } from '../../src/domain/topology.ts';
import type { StatusDocument } from '../../src/cli/status-document.ts';
import { driverOptions, parseEndpoint, type Endpoint } from '../../src/workload/endpoint.ts';
import { inApplication } from './application.ts';
import type { ControlPlane } from './control-plane.ts';
import { retryUntil } from './retry-until.ts';

export interface ConnectionStrings {
  readonly best: EndpointName;
  readonly tls: TlsMode;
  readonly host: Endpoints<string>;
  readonly network: Endpoints<string>;
  readonly clients_network: string;
}

/** One database of a control plane, with the verbs of a runbook. */
export interface ManagedDatabase {
  readonly name: string;
  readonly plane: ControlPlane;
  /** `./pgrow VERB NAME ARGUMENTS --json`, to the end of the operation; throws unless the exit code is 0. */
  change(verb: string, ...args: string[]): Promise<OperationDocument>;
  expand(target: ExpansionTarget, ...args: string[]): Promise<OperationDocument>;
  /** The same with `--detach`: the operation as it stands at once. */
  startExpand(target: ExpansionTarget, ...args: string[]): Promise<OperationDocument>;
  /** Waits until the running operation is as `wanted` says. */
  untilOperation(what: string, wanted: (operation: OperationDocument) => boolean): Promise<OperationDocument>;
  operation(id: string): Promise<OperationDocument>;
  /** Once it has ended, however. */
  endOf(operation: Pick<OperationDocument, 'id'>): Promise<OperationDocument>;
  status(): Promise<StatusDocument>;
  /** A document of the REST API: `topology`, `health`, `events`, `cost`, `connection-strings`, … */
  read<T>(document: string): Promise<T>;
  /** Ports on the Docker host, also of endpoints that are not there yet. */
  ports(): Promise<HostPorts>;
  connectionStrings(): Promise<ConnectionStrings>;
  /** By which its certificates are verified: PEM. */
  authority(): Promise<string>;
  /** As the application on the Docker host, verified where the database speaks TLS; the best one that takes writes unless one is named. */
  endpoint(name?: EndpointName): Promise<Endpoint>;
  /** As the application, on a new connection. */
  query<Row extends pg.QueryResultRow>(sql: string, through?: EndpointName): Promise<Row[]>;
  /** As the application from a container that has joined the database's network, by an address such as `postgres:5432`; psql's bare output. */
  queryFromNetwork(address: string, sql: string): Promise<string>;
  /** As the superuser on one node, in the application's database; psql's bare output. */
  queryNode(node: string, sql: string): Promise<string>;
  /** A command in the container of one node: its standard output; throws unless its exit code is 0. */
  runOn(node: string, command: readonly string[], stdin?: string): Promise<string>;
  /** Also those kept for a rollback. */
  nodes(kind?: LiveNode['kind']): Promise<LiveNode[]>;
  destroy(): Promise<OperationDocument>;
}

const operationTimeoutMs = 540_000;

export const createDatabase = async (
  plane: ControlPlane,
  name: string,
  ...args: string[]
): Promise<ManagedDatabase> => {
  await plane.json('create', name, ...args);
  return manageDatabase(plane, name);
};

/** One that is there already. */
export const manageDatabase = (plane: ControlPlane, name: string): ManagedDatabase => {
  const path = (rest: string): string => `/v1/projects/default/services/${name}/postgres/${rest}`;
  const application = applicationName(name);

  const runOn: ManagedDatabase['runOn'] = async (node, command, stdin) => {
    const container = (await database.nodes()).find((candidate) => candidate.name === node)?.container;
    if (container === undefined) throw new Error(`${name} has no node ${node}`);
    const { exitCode, stdout, stderr } = await plane.platform.exec(container, command, stdin);
    if (exitCode !== 0) throw new Error(`${command[0]} on ${node}: exit code ${exitCode}: ${stderr.trim()}`);
    return stdout.trim();
  };

  const database: ManagedDatabase = {
    name,
    plane,
    change: async (verb, ...args) => {
      const { operation } = await plane.json<{ operation: OperationDocument }>(verb, name, ...args);
      return operation;
    },
    expand: (target, ...args) => database.change('expand', '--to', target, ...args),
    startExpand: (target, ...args) => database.change('expand', '--to', target, '--detach', ...args),
    untilOperation: (what, wanted) =>
      retryUntil(
        `${what} in the running operation of ${name}`,
        async () => {
          const { operation } = await database.status();
          if (operation && wanted(operation)) return operation;
          throw new Error(operation ? JSON.stringify(operation.steps) : 'no operation runs');
        },
        operationTimeoutMs,
      ),
    operation: (id) => database.read(`operations/${id}`),
    endOf: ({ id }) =>
      retryUntil(
        `the end of operation ${id}`,
        async () => {
          const operation = await database.operation(id);
          if (operation.status !== 'running') return operation;
          const step = operation.steps.find(({ status }) => status === 'running');
          throw new Error(`still running: ${step?.name ?? 'between two steps'} ${step?.detail ?? ''}`);
        },
        operationTimeoutMs,
      ),
    status: () => database.read('status?fresh=true'),
    read: async <T>(document: string) => {
      const answer = await plane.request<T>('GET', path(document));
      if (answer.status !== 200) {
        throw new Error(`${document} of ${name}: ${answer.status} ${JSON.stringify(answer.document)}`);
      }
      return answer.document;
    },
    ports: async () => {
      const { document } = await plane.request<{ ports: HostPorts }>('GET', `/v1/projects/default/services/${name}`);
      return document.ports;
    },
    connectionStrings: () => database.read('connection-strings'),
    authority: async () => (await database.read<{ certificate: string }>('ca')).certificate,
    endpoint: async (wanted) => {
      const { best, host, tls } = await database.connectionStrings();
      const address = host[wanted ?? best];
      if (address === null) throw new Error(`${name} has no endpoint ${wanted ?? best} now`);
      return { ...parseEndpoint(address), ...(tls !== 'off' && { ca: await database.authority() }) };
    },
    query: async <Row extends pg.QueryResultRow>(sql: string, through?: EndpointName) => {
      const client = new pg.Client({
        ...driverOptions(await database.endpoint(through)),
        connectionTimeoutMillis: 10_000,
      });
      client.on('error', () => undefined);
      try {
        await client.connect();
        return (await client.query<Row>(sql)).rows;
      } finally {
        await client.end().catch(() => undefined);
      }
    },
    queryFromNetwork: async (address, sql) => {
      const { password } = await database.endpoint('postgres');
      const [host = '', port = ''] = address.split(':');
      // The password by standard input: an argument would show it to everyone on the machine.
      const script = 'IFS= read -r PGPASSWORD; export PGPASSWORD; exec psql -AtX -v ON_ERROR_STOP=1 "$@"';
      const command = [
        'sh',
        '-c',
        script,
        'psql',
        '-h',
        host,
        '-p',
        port,
        '-U',
        application,
        '-d',
        application,
        '-c',
        sql,
      ];
      return inApplication(database, (run) => run(command, `${password}\n`));
    },
    queryNode: (node, sql) =>
      runOn(node, ['psql', '-AtX', '-v', 'ON_ERROR_STOP=1', '-U', 'postgres', '-d', application, '-c', sql]),
    runOn,
    nodes: async (kind) => {
      const { nodes } = await database.status();
      return nodes.filter((node) => kind === undefined || node.kind === kind);
    },
    destroy: () => database.change('destroy', '--confirm', name),
  };
  return database;
};
