import type Docker from 'dockerode';

import type { Confinement, ContainerDescription, HealthCheck } from '../../domain/container-description.ts';
import { nanosecondsPerSecond } from './container-options.ts';

/** What the engine has on record of a container, as `descriptionOf` puts it: without what engine and image add to everything. */
export const containerDescription = (info: Docker.ContainerInspectInfo): ContainerDescription => {
  const { Config: config, HostConfig: host, NetworkSettings: network } = info;
  const networks = network.Networks ?? {};
  const memoryBytes = host.Memory || null;
  return {
    image: config.Image,
    hostname: config.Hostname,
    command: config.Cmd ?? null,
    attachments: Object.entries(networks).map(([name, endpoint]) => ({
      network: name,
      aliases: aliasesIn(endpoint, info),
      address: addressIn(endpoint),
    })),
    mounts: info.Mounts.filter(({ Destination: path }) => !ownVolumes(host).includes(path)).map(
      ({ Type: type, Name: name, Source: source, Destination: path }) => ({
        volume: type === 'volume' ? (name ?? source) : `${type} ${source}`,
        path,
      }),
    ),
    ports: portsIn(host.PortBindings ?? {}),
    labels: config.Labels ?? {},
    environment: Object.fromEntries((config.Env ?? []).map(splitVariable)),
    restart: host.RestartPolicy?.Name || 'no',
    memoryBytes,
    swapBytes: swapIn(memoryBytes, host.MemorySwap),
    cpus: cpusIn(host),
    sharedMemoryBytes: host.ShmSize ?? null,
    healthCheck: healthCheckIn(config.Healthcheck),
    privileged: host.Privileged ?? false,
    droppedCapabilities: capabilities(host.CapDrop),
    addedCapabilities: capabilities(host.CapAdd),
    securityOptions: ((host.SecurityOpt ?? []) as readonly string[]).map((option) => option.replace(/[:=]true$/, '')),
    confinement: confinementIn(host),
    log: { driver: host.LogConfig?.Type ?? '', options: host.LogConfig?.Config ?? {} },
  };
};

/** Directories whose volume has no name. */
const ownVolumes = ({ Mounts: mounts }: Docker.HostConfig): readonly string[] =>
  (mounts ?? [])
    .filter(({ Type: type, Source: source }) => type === 'volume' && !source)
    .map(({ Target: path }) => path);

const confinementIn = (host: Docker.HostConfig): Confinement | null =>
  host.ReadonlyRootfs
    ? {
        processes: processesIn(host.PidsLimit),
        coreBytes: coreLimitIn(host.Ulimits),
        kept: ownVolumes(host),
        inMemory: Object.entries((host.Tmpfs ?? {}) as Readonly<Record<string, string>>).map(([path, options]) => ({
          path,
          bytes: Number(/\bsize=(\d+)/.exec(options)?.[1] ?? 0),
          mode: Number.parseInt(/\bmode=(\d+)/.exec(options)?.[1] ?? '0', 8),
        })),
      }
    : null;

/** An engine that cannot limit them says null or 0; -1 is no limit. */
const processesIn = (limit: number | null | undefined): number | null => {
  if (!limit) return null;
  return limit < 0 ? Number.POSITIVE_INFINITY : limit;
};

const coreLimitIn = (limits: Docker.HostConfig['Ulimits']): number | null =>
  (limits as readonly { readonly Name?: string; readonly Hard?: number }[] | null | undefined)?.find(
    ({ Name: name }) => name === 'core',
  )?.Hard ?? null;

type Endpoint = Docker.ContainerInspectInfo['NetworkSettings']['Networks'][string];

/** Engines before 25 add the short id to every container's. */
const aliasesIn = (
  { Aliases: aliases }: Endpoint,
  { Id: id, Name: name }: Docker.ContainerInspectInfo,
): readonly string[] => {
  const all: readonly string[] = aliases ?? [];
  return [...new Set(all)].filter((alias) => alias !== id.slice(0, 12) && `/${alias}` !== name);
};

/** Not the one it has now, which the engine may have chosen. */
const addressIn = ({ IPAMConfig: ipam }: Endpoint): string | null =>
  (ipam as { readonly IPv4Address?: string } | null)?.IPv4Address ?? null;

type PortBindings = Readonly<Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[] | null>>;

const portsIn = (bindings: PortBindings): ContainerDescription['ports'] =>
  Object.entries(bindings).flatMap(([port, places]) =>
    (places ?? []).map(({ HostIp: address, HostPort: host }) => ({
      container: Number.parseInt(port, 10),
      address: address || '0.0.0.0',
      host: Number(host),
    })),
  );

const splitVariable = (line: string): [string, string] => {
  const at = line.indexOf('=');
  return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)];
};

/** The engine counts memory and swap together; -1 is no limit, also where the kernel knows none. */
const swapIn = (memoryBytes: number | null, both: number | undefined): number | null => {
  if (memoryBytes === null || both === undefined || both < 0) return null;
  return both === 0 ? memoryBytes : both - memoryBytes;
};

/** `docker update --cpus` writes the first, we the other two. */
const cpusIn = ({ NanoCpus: nano, CpuQuota: quota, CpuPeriod: period }: Docker.HostConfig): number | null => {
  if (nano) return nano / 1e9;
  return quota && quota > 0 ? quota / (period || 100_000) : null;
};

const capabilities = (names: readonly string[] | null | undefined): readonly string[] =>
  (names ?? []).map((name) => name.toUpperCase().replace(/^CAP_/, ''));

/** What is not said is the engine's default. */
const healthCheckIn = (check: Docker.ContainerInspectInfo['Config']['Healthcheck']): HealthCheck | null => {
  const [how, ...command] = check?.Test ?? [];
  if (!check || how === undefined) return null;
  const seconds = (nanoseconds: number | undefined, otherwise: number) =>
    nanoseconds ? nanoseconds / nanosecondsPerSecond : otherwise;
  return {
    command: how === 'CMD' ? command : [how, ...command],
    intervalSeconds: seconds(check.Interval, 30),
    timeoutSeconds: seconds(check.Timeout, 30),
    retries: check.Retries || 3,
    startPeriodSeconds: seconds(check.StartPeriod, 0),
  };
};
