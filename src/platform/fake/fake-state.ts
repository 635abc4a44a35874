import { containerAbsent } from '../platform-errors.ts';
import type { Attachment, ContainerEvent, ContainerSpec, ContainerState, Labels, NodeFile } from '../platform.ts';

/** Everything the in-memory engine holds; by name. */
export interface FakeState {
  readonly containers: Map<string, FakeContainer>;
  readonly volumes: Map<string, FakeVolume>;
  readonly networks: Map<string, FakeNetwork>;
  /** Images known to be missing; every other is there. */
  readonly missingImages: Set<string>;
  /** Host ports that programs outside the engine listen on. */
  readonly foreignPorts: Set<number>;
  readonly emit: (event: ContainerEvent) => void;
  /** What a container's process does when it starts: a number is the code it exits with at once. */
  onStart: (container: ContainerSpec) => number | undefined;
}

export type Files = Map<string, NodeFile>;

export interface FakeContainer {
  readonly spec: ContainerSpec;
  readonly files: Files;
  running: boolean;
  health: ContainerState['health'];
  exitCode: number | null;
  restarts: number;
  /** By network. One that was cut off has none. */
  readonly endpoints: Map<string, FakeEndpoint>;
  /** Whether the engine brings it back. */
  restart: ContainerSpec['restart'];
  cpus: number;
  /** Whether its process ended on request, the last time that it ended. */
  wasEnded: boolean;
  startedAt: string;
  log: string;
  /** Brings it back after it died by itself. */
  restartTimer: NodeJS.Timeout | null;
}

export interface FakeEndpoint {
  readonly attachment: Attachment;
  /** Null while it does not run. */
  address: string | null;
}

export interface FakeVolume {
  readonly labels: Labels;
  readonly files: Files;
}

export interface FakeNetwork {
  readonly labels: Labels;
  /** `10.0.7.0/24` where the engine has chosen it. */
  readonly subnet: string;
  readonly gateway: string;
  /** First three bytes of the addresses that the engine chooses: `10.0.7`. */
  readonly prefix: string;
}

/** @throws PgrowError when there is none of that name */
export const existing = (state: FakeState, name: string, attempt: string): FakeContainer => {
  const container = state.containers.get(name);
  if (!container) throw containerAbsent(attempt, name);
  return container;
};
