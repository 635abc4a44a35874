import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { labelNames } from '../../src/domain/naming.ts';
import { ensureCompose } from '../../src/launcher/compose-program.ts';
import { dockerClient } from '../../src/launcher/docker-client.ts';
import { repositoryRoot } from '../../src/launcher/paths.ts';
import { runCommand } from '../../src/launcher/run-command.ts';
import { createDockerPlatform } from '../../src/platform/docker/index.ts';
import { readCli } from '../support/run-cli.ts';

/** The services of docker-compose.yml under a project name and ports of their own. */
export interface ComposeStack {
  /** `docker compose ARGUMENTS`: its standard output; throws unless the exit code is 0. */
  compose(...args: readonly string[]): Promise<string>;
  /** `docker compose ARGUMENTS > file`. */
  composeTo(file: string, ...args: readonly string[]): Promise<void>;
  /** `docker compose ARGUMENTS < file`. */
  composeFrom(file: string, ...args: readonly string[]): Promise<string>;
  /** `docker compose exec api pgrow ARGUMENTS`. */
  pgrow(...args: readonly string[]): Promise<string>;
  /** Names of containers. */
  nodesOf(database: string): Promise<readonly string[]>;
  /** Every password, token and key in the stack's volumes. */
  secrets(): Promise<readonly { readonly name: string; readonly value: string }[]>;
  /** All of the stack, running or not. */
  containers(): Promise<readonly ComposeContainer[]>;
  /** Containers, volumes and networks of the project, and volumes that its containers had without a name. */
  leftovers(): Promise<readonly string[]>;
  remove(): Promise<void>;
}

export interface ComposeContainer {
  readonly service: string;
  /** How often the engine has started it again by itself. */
  readonly restarts: number;
  /** What the engine says about it, as JSON. */
  readonly described: string;
  readonly logs: string;
  /** Arguments and environment of its processes, as far as one of them may read those. */
  readonly processes: string;
  /** `address:port` on the host. */
  readonly ports: readonly string[];
}

interface Mount {
  readonly Type: string;
  readonly Name?: string;
}

const secretFiles = [
  ['database', '/run/secrets/superuser/password'],
  ['temporal', '/run/secrets/temporal/password'],
  ['api', '/run/secrets/metadata/password'],
  ['api', '/var/lib/pgrow/token'],
  ['api', '/var/lib/pgrow/secret.key'],
] as const;

/** Builds what is missing of the images, and of Docker Compose. */
export const openComposeStack = async (): Promise<ComposeStack> => {
  const home = mkdtempSync(join(tmpdir(), 'pgrow-compose-'));
  await readCli({ PGROW_HOME: home }, ['images', '--compose']);
  rmSync(home, { recursive: true });
  const [program, ...first] = await ensureCompose(() => undefined);
  const project = `pgrow-test-${randomBytes(3).toString('hex')}`;
  const [database, temporal, ui, api] = await freePorts(4);
  const environment = {
    COMPOSE_PROJECT_NAME: project,
    PGROW_DATABASE_PORT: String(database),
    PGROW_TEMPORAL_PORT: String(temporal),
    PGROW_UI_PORT: String(ui),
    PGROW_API_PORT: String(api),
  };
  const docker = dockerClient();
  const platform = createDockerPlatform();
  const nameless = new Set<string>();
  const ofProject = { filters: { label: [`com.docker.compose.project=${project}`] } };

  const run = (command: string, ...args: readonly string[]): Promise<string> =>
    runCommand({ command, arguments: args, environment, directory: repositoryRoot });
  const redirected = (redirection: string, file: string, args: readonly string[]): Promise<string> =>
    run('sh', '-c', `file=$1; shift; exec "$@" ${redirection} "$file"`, 'sh', file, program, ...first, ...args);

  const stack: ComposeStack = {
    compose: (...args) => run(program, ...first, ...args),
    composeTo: async (file, ...args) => void (await redirected('>', file, args)),
    composeFrom: (file, ...args) => redirected('<', file, args),
    pgrow: (...args) => stack.compose('exec', '-T', 'api', 'pgrow', ...args),
    nodesOf: async (name) => (await platform.findByLabels({ [labelNames.databaseName]: name })).containers,
    secrets: () =>
      Promise.all(
        secretFiles.map(async ([service, path]) => ({
          name: path,
          value: (await stack.compose('exec', '-T', service, 'cat', path)).trim(),
        })),
      ),
    containers: async () => {
      const found = await docker.listContainers({ all: true, ...ofProject });
      return Promise.all(
        found.map(async ({ Id: id, State: state, Labels: labels, Ports: ports }) => {
          const container = docker.getContainer(id);
          const description = await container.inspect();
          for (const { Type: type, Name: volume = '' } of description.Mounts as readonly Mount[])
            if (type === 'volume' && !volume.startsWith(`${project}_`)) nameless.add(volume);
          return {
            service: labels['com.docker.compose.service'] ?? id,
            restarts: description.RestartCount,
            described: JSON.stringify(description),
            logs: (await container.logs({ stdout: true, stderr: true })).toString(),
            processes: state === 'running' ? await processesOf(id) : '',
            ports: ports.filter((port) => port.PublicPort).map((port) => `${port.IP}:${port.PublicPort}`),
          };
        }),
      );
    },
    leftovers: async () => {
      const [containers, { Volumes: volumes }, networks] = await Promise.all([
        docker.listContainers({ all: true, ...ofProject }),
        docker.listVolumes(ofProject),
        docker.listNetworks(ofProject),
      ]);
      return [
        ...containers.flatMap(({ Names: names }) => names),
        ...volumes.map(({ Name: name }) => name),
        ...networks.map(({ Name: name }) => name),
        ...nameless,
      ];
    },
    remove: async () => {
      await stack.compose('down', '--volumes', '--timeout', '5');
    },
  };

  const processesOf = (id: string): Promise<string> =>
    runCommand({
      command: 'docker',
      arguments: ['exec', id, 'sh', '-c', 'cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null || true'],
    });
  return stack;
};

const freePorts = async (count: number): Promise<readonly number[]> => {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once('listening', resolve))));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
};
