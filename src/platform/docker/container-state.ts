import type Docker from 'dockerode';

import type { ContainerState } from '../platform.ts';

/** What the engine tells of a container, in our words. */
export const containerState = (info: Docker.ContainerInspectInfo): ContainerState => {
  const { State: state, HostConfig: host, NetworkSettings: network } = info;
  // Between two restarts the engine calls a container running although none of its processes is.
  const running = state.Running && !state.Restarting;
  // A container that never ran has exit code 0 for Docker, which a one-shot must not mistake for success.
  const ran = state.Status !== 'created';
  const endpoint = network.Networks[host.NetworkMode ?? ''];
  return {
    name: info.Name.replace(/^\//, ''),
    running,
    frozen: state.Paused,
    health: healthOf(state.Health?.Status),
    healthSays: state.Health?.Log?.at(-1)?.Output.trim() ?? '',
    exitCode: running || !ran ? null : state.ExitCode,
    restarts: info.RestartCount,
    address: (running && endpoint?.IPAddress) || null,
    labels: info.Config.Labels,
    image: info.Config.Image,
    startedAt: state.StartedAt,
    // The engine's DNS knows every container of a network of ours by its short id as well.
    ownName: info.Id.slice(0, 12),
  };
};

const healthOf = (status: string | undefined): ContainerState['health'] =>
  status === 'starting' || status === 'healthy' || status === 'unhealthy' ? status : 'none';
