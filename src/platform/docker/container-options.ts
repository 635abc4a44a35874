import type Docker from 'dockerode';

import {
  cpuPeriodMicroseconds,
  type Confinement,
  type ContainerDescription,
  type HealthCheck,
  type InMemory,
} from '../../domain/container-description.ts';
import { unnamedLabels } from '../../domain/naming.ts';
import { descriptionOf } from '../describe.ts';
import type { Attachment, ContainerSpec } from '../platform.ts';
import { serviceId } from './service-user.ts';

/** What the engine is asked for: the image's unprivileged user, no capability, and limits on everything. */
export const containerOptions = (spec: ContainerSpec): Docker.ContainerCreateOptions => {
  const { command, healthCheck, ...described } = descriptionOf(spec);
  return {
    name: spec.name,
    Image: described.image,
    Hostname: described.hostname,
    ...(command && { Cmd: [...command] }),
    Env: Object.entries(described.environment).map(([name, value]) => `${name}=${value}`),
    Labels: { ...described.labels },
    ExposedPorts: Object.fromEntries(described.ports.map(({ container }) => [`${container}/tcp`, {}])),
    ...(healthCheck && { Healthcheck: engineCheck(healthCheck) }),
    HostConfig: hostConfig(spec.network, described),
    NetworkingConfig: { EndpointsConfig: { [spec.network]: endpointOf(spec) } },
  };
};

/** How a container takes part in a network. */
export const endpointOf = ({ aliases, address }: Omit<Attachment, 'network'>): Docker.EndpointSettings => ({
  Aliases: [...aliases],
  ...(address !== undefined && { IPAMConfig: { IPv4Address: address } }),
});

const hostConfig = (
  network: string,
  {
    memoryBytes,
    swapBytes,
    cpus,
    sharedMemoryBytes,
    confinement,
    ...described
  }: Omit<ContainerDescription, 'command' | 'healthCheck'>,
): Docker.HostConfig => ({
  NetworkMode: network,
  Mounts: [
    ...described.mounts.map(({ volume, path }) => namedVolume(volume, path, described.labels)),
    ...(confinement?.kept ?? []).map((path) => ownVolume(path, described.labels)),
  ],
  PortBindings: Object.fromEntries(
    described.ports.map(({ container, address, host }) => [
      `${container}/tcp`,
      [{ HostIp: address, HostPort: String(host) }],
    ]),
  ),
  RestartPolicy: { Name: described.restart },
  Privileged: described.privileged,
  CapDrop: [...described.droppedCapabilities],
  CapAdd: [...described.addedCapabilities],
  SecurityOpt: [...described.securityOptions],
  ...(memoryBytes !== null && { Memory: memoryBytes, MemorySwap: memoryBytes + (swapBytes ?? 0) }),
  ...(cpus !== null && quotaOf(cpus)),
  ...(sharedMemoryBytes !== null && { ShmSize: sharedMemoryBytes }),
  ...(confinement && limitsOf(confinement)),
  // Else it would lead packets from one of its networks into the other.
  ...(described.attachments.length > 1 && { Sysctls: { 'net.ipv4.ip_forward': '0' } }),
  LogConfig: { Type: described.log.driver, Config: { ...described.log.options } },
});

const namedVolume = (volume: string, path: string, labels: ContainerDescription['labels']): Docker.MountSettings => ({
  Type: 'volume',
  Source: volume,
  Target: path,
  // The engine creates a volume that is missing; with labels a sweep still finds it.
  VolumeOptions: volumeOptions(labels),
});

/** Without a name the engine removes it with the container; with labels it is found where that was removed without it. */
const ownVolume = (path: string, labels: ContainerDescription['labels']) =>
  ({ Type: 'volume', Target: path, VolumeOptions: volumeOptions(unnamedLabels(labels)) }) as Docker.MountSettings;

const volumeOptions = (labels: ContainerDescription['labels']): NonNullable<Docker.MountSettings['VolumeOptions']> => ({
  NoCopy: false,
  Labels: { ...labels },
  DriverConfig: { Name: '', Options: {} },
});

const limitsOf = ({ processes, coreBytes, inMemory }: Confinement): Docker.HostConfig => ({
  ReadonlyRootfs: true,
  Tmpfs: Object.fromEntries(inMemory.map((directory) => [directory.path, mountOptions(directory)])),
  ...(processes !== null && { PidsLimit: processes }),
  ...(coreBytes !== null && { Ulimits: [{ Name: 'core', Soft: coreBytes, Hard: coreBytes }] }),
});

const mountOptions = ({ bytes, mode }: InMemory): string =>
  `size=${bytes},mode=${mode.toString(8)},uid=${serviceId},gid=${serviceId}`;

/** A share of the scheduler's time: unlike a number of CPUs it may be larger than what the host has. */
export const quotaOf = (cpus: number) => ({
  CpuPeriod: cpuPeriodMicroseconds,
  CpuQuota: Math.round(cpus * cpuPeriodMicroseconds),
});

const engineCheck = (check: HealthCheck): Docker.ContainerCreateOptions['Healthcheck'] => ({
  Test: ['CMD', ...check.command],
  Interval: check.intervalSeconds * nanosecondsPerSecond,
  Timeout: check.timeoutSeconds * nanosecondsPerSecond,
  Retries: check.retries,
  StartPeriod: check.startPeriodSeconds * nanosecondsPerSecond,
});

export const nanosecondsPerSecond = 1e9;
