import type Docker from 'dockerode';

import type { ContainerSpec } from '../platform.ts';

/** Microseconds. A quota, unlike NanoCpus, may be larger than the number of CPUs the host has. */
const cpuPeriod = 100_000;

/** What the engine is asked for: the image's unprivileged user, no capability, and limits on everything. */
export const containerOptions = (spec: ContainerSpec): Docker.ContainerCreateOptions => ({
  name: spec.name,
  Image: spec.image,
  Hostname: spec.hostname,
  ...(spec.command && { Cmd: [...spec.command] }),
  Env: Object.entries(spec.environment).map(([name, value]) => `${name}=${value}`),
  Labels: { ...spec.labels },
  ExposedPorts: Object.fromEntries(spec.ports.map(({ container }) => [`${container}/tcp`, {}])),
  HostConfig: {
    NetworkMode: spec.network,
    Mounts: spec.mounts.map(({ volume, path }) => ({
      Type: 'volume',
      Source: volume,
      Target: path,
      // The engine creates a volume that is missing; with labels a sweep still finds it.
      VolumeOptions: {
        NoCopy: false,
        Labels: { ...spec.labels },
        DriverConfig: { Name: '', Options: {} },
      },
    })),
    PortBindings: Object.fromEntries(
      spec.ports.map(({ container, host }) => [`${container}/tcp`, [{ HostIp: '127.0.0.1', HostPort: String(host) }]]),
    ),
    RestartPolicy: { Name: spec.restart },
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges'],
    Memory: spec.memoryBytes,
    // Equal to Memory: no swap. A database that swaps is slower than one that is refused more memory.
    MemorySwap: spec.memoryBytes,
    CpuPeriod: cpuPeriod,
    CpuQuota: Math.round(spec.cpus * cpuPeriod),
    ...(spec.sharedMemoryBytes !== undefined && { ShmSize: spec.sharedMemoryBytes }),
    LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } },
  },
  NetworkingConfig: { EndpointsConfig: { [spec.network]: { Aliases: [...spec.aliases] } } },
});
