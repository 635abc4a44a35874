import type Docker from 'dockerode';

import type { ContainerState } from '../platform.ts';

/** What the engine tells of a container in a list of many, in our words. */
export const listedContainer = (info: Docker.ContainerInfo): ContainerState => {
  const { State: state, Status: status, HostConfig: host, NetworkSettings: network } = info;
  const running = state === 'running' || state === 'paused';
  const networks = network?.Networks ?? {};
  const endpoint = networks[host.NetworkMode];
  return {
    name: (info.Names[0] ?? '').replace(/^\//, ''),
    running,
    frozen: state === 'paused',
    health: healthIn(status),
    healthSays: '',
    exitCode: running ? null : exitCodeIn(status),
    restarts: 0,
    address: (running && endpoint?.IPAddress) || null,
    labels: info.Labels,
    image: info.Image,
    startedAt: '',
    ownName: info.Id.slice(0, 12),
  };
};

/** `Up 2 minutes (healthy)`, `Up 3 seconds (health: starting)`. */
const healthIn = (status: string): ContainerState['health'] => {
  const [, said] = /\((?:health: )?(healthy|unhealthy|starting)\)$/.exec(status) ?? [];
  return said === 'healthy' || said === 'unhealthy' || said === 'starting' ? said : 'none';
};

/** `Exited (137) 5 minutes ago`, `Restarting (1) 2 seconds ago`; one that never ran says `Created`. */
const exitCodeIn = (status: string): number | null => {
  const [, code] = /^(?:Exited|Restarting) \((\d+)\)/.exec(status) ?? [];
  return code === undefined ? null : Number(code);
};
