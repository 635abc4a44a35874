import type { LogLine, LogStart } from '../domain/looks.ts';
import type { Capacity } from '../domain/server-size.ts';
import type { Duplex } from 'node:stream';

import type { Confinement, ContainerDescription, HealthCheck } from '../domain/container-description.ts';

/**
 * The container engine as the rest of pgrow sees it. Implemented by `docker/` and, for workflow tests, by a fake. No call
 * takes longer than its limit (`call-limits.ts`): then it throws an error of code `docker_unavailable`.
 */
export interface Platform {
  /**
   * Creates the network unless it is there; does not compare an existing one with the spec.
   * @throws PgrowError `subnet_taken` when its subnet overlaps another network's
   */
  ensureNetwork(network: NetworkSpec): Promise<void>;
  /** Absent is success. */
  removeNetwork(name: string): Promise<void>;
  /** Disconnects every running container from it, also those that are not pgrow's; they keep running. Absent is success. */
  emptyNetwork(name: string): Promise<void>;
  /** Puts a container that was cut off into its networks again, as its spec has it there; in them already is success. */
  joinNetworks(container: Pick<ContainerSpec, 'name' | keyof Attachment | 'alsoIn'>): Promise<void>;
  /** Subnets of the engine's networks and of routes of its host, IPv6 among them: `172.17.0.0/16`. */
  takenSubnets(): Promise<readonly string[]>;

  ensureVolume(volume: VolumeSpec): Promise<void>;
  /** Absent is success. */
  removeVolume(name: string): Promise<void>;

  /**
   * Creates the container, stopped, unless one of that name is there; does not compare an existing one with the spec. Either
   * way its files are in it when this ends, so that whatever starts it finds them.
   */
  ensureContainer(container: ContainerSpec): Promise<void>;
  /** Starts it unless it runs. */
  startContainer(name: string): Promise<void>;
  /** Stops it, killing it after `timeoutSeconds`; stopped or absent is success. */
  stopContainer(name: string, timeoutSeconds: number): Promise<void>;
  restartContainer(name: string, timeoutSeconds: number): Promise<void>;
  /** Removes it, running or not; absent is success. */
  removeContainer(name: string): Promise<void>;
  /**
   * Whether the engine brings it back by itself from now on. A stop alone keeps down only what it has stopped: one that had exited
   * before comes back as the engine starts again. Absent is success.
   */
  setRestart(name: string, restart: ContainerSpec['restart']): Promise<void>;
  /** How many CPUs it may use from now on, running or not; so many already, or absent, is success. */
  limitContainer(name: string, limits: Pick<ContainerSpec, 'cpus'>): Promise<void>;
  /** Sends a signal to its first process; not running is success. */
  signalContainer(name: string, signal: string): Promise<void>;

  inspectContainer(name: string): Promise<ContainerState | null>;
  /** What it was made with, or has been given since; null when it is absent. */
  describeContainer(name: string): Promise<ContainerDescription | null>;
  /** All that carry these labels, in one call. A list does not say `healthSays`, `restarts` and `startedAt`: they are empty. */
  listContainers(labels: Labels): Promise<readonly ContainerState[]>;
  /**
   * The last `lines` lines of standard output and error, oldest first. Where these are more than `mostBytes` (default 1 MiB),
   * the last of them, after a line that says so. With `since` (ISO 8601) only those of this moment and later.
   */
  readLogs(name: string, lines: number, mostBytes?: number, since?: string): Promise<string>;
  /**
   * What a container writes to standard output and error, from the place in its log on that is asked for, until it ends or is
   * removed, the connection is lost, or `signal` aborts.
   */
  followLog(name: string, from: LogStart, signal: AbortSignal): AsyncIterable<LogLine>;

  /**
   * Puts other files into a container that is there, running or not; each is replaced whole. Into a confined one they go where it
   * has a volume.
   */
  putFiles(name: string, files: readonly NodeFile[]): Promise<void>;

  /**
   * Runs a command to its end. `stdin`, if given, is written and closed.
   * @throws PgrowError `no_answer` when it runs for longer than its limit, `node_failed` when it prints more
   */
  exec(name: string, command: readonly string[], stdin?: string, limits?: ExecLimits): Promise<ExecResult>;
  /** Starts a command and stays connected with its standard input and output. */
  execInteractive(name: string, command: readonly string[]): Promise<InteractiveExec>;

  /** Everything that carries these labels, of every kind. A volume without a name is part of the container that has it. */
  findByLabels(labels: Readonly<Record<string, string>>): Promise<Resources>;
  /** Null when it is absent. */
  readLabels(kind: ResourceKind, name: string): Promise<Labels | null>;

  /**
   * Opens a stream to a port of a container. It is no call of the engine: whatever lies between, what fails is the container's
   * own. @throws the system's error; `ETIMEDOUT` when it is not open after `limitMs`
   */
  dial(to: { readonly container: string; readonly address: string }, port: number, limitMs: number): Promise<Duplex>;

  /** Address of the host in a network, from which the worker's own connections come. */
  networkGateway(name: string): Promise<string>;

  /** Follows what happens to containers with these labels until `signal` aborts; reconnects by itself. */
  watch(labels: Readonly<Record<string, string>>, signal: AbortSignal): AsyncIterable<ContainerEvent>;

  /** Bytes free where the engine keeps its volumes. */
  freeBytes(): Promise<number>;
  /** What the engine's machine has in all. */
  capacity(): Promise<Capacity>;
  /** Throws an error of code `docker_unavailable` when the engine does not answer. */
  ping(): Promise<void>;
  hasImage(image: string): Promise<boolean>;
  /** When an image was built, ISO 8601; null if the engine does not have it, or does not know. */
  imageMadeAt(image: string): Promise<string | null>;
}

/** The calls that are answered once: they can be limited, logged and recorded one by one. */
export type PlatformCalls = Omit<Platform, 'watch' | 'dial' | 'followLog'>;

export type Labels = Readonly<Record<string, string>>;

export interface NetworkSpec {
  readonly name: string;
  readonly labels: Labels;
  /** Where it lies; without one the engine chooses. */
  readonly layout?: NetworkLayout;
}

export interface NetworkLayout {
  /** `10.48.4.0/22` */
  readonly subnet: string;
  /** The host's own address in it. */
  readonly gateway: string;
  /** The part of it from which containers without an address of their own get one: `10.48.7.0/24`. */
  readonly dynamic: string;
}

export interface VolumeSpec {
  readonly name: string;
  readonly labels: Labels;
}

/** How a container takes part in a network. */
export interface Attachment {
  readonly network: string;
  /** Names under which it answers there, besides its own. */
  readonly aliases: readonly string[];
  /** Its address there, outside the dynamic part of a network with a layout; without one the engine chooses. */
  readonly address?: string;
}

/** Its own attachment is that to its main network: there the worker finds it, and its published ports lead there. */
export interface ContainerSpec extends Attachment {
  readonly name: string;
  readonly image: string;
  readonly hostname: string;
  readonly command?: readonly string[];
  /** In which it is from its first start on as well. Default none. */
  readonly alsoIn?: readonly Attachment[];
  readonly mounts: readonly { readonly volume: string; readonly path: string }[];
  /** Loopback ports: container port to host port. */
  readonly ports: readonly { readonly container: number; readonly host: number }[];
  readonly labels: Labels;
  readonly environment: Readonly<Record<string, string>>;
  /** What it reads as it starts: configuration and secrets. Default none. */
  readonly files?: readonly NodeFile[];
  /** `unless-stopped`: comes back with the engine. `no`: runs once. */
  readonly restart: 'unless-stopped' | 'no';
  readonly memoryBytes: number;
  readonly cpus: number;
  /** Null: it may write anywhere, and have as many processes as the engine lets it have. */
  readonly confinement: Confinement | null;
  /** Size of /dev/shm in bytes. */
  readonly sharedMemoryBytes?: number;
  /** Default: its image's, if any. */
  readonly healthCheck?: HealthCheck;
}

export interface ContainerState {
  readonly name: string;
  readonly running: boolean;
  /** It runs, but none of its processes gets any time. */
  readonly frozen: boolean;
  /** As its image's health check sees it; `none` without one. */
  readonly health: 'starting' | 'healthy' | 'unhealthy' | 'none';
  /** What its last health check said on its output; empty if nothing. */
  readonly healthSays: string;
  /** Null while it runs. */
  readonly exitCode: number | null;
  /** Times the engine restarted it by itself. */
  readonly restarts: number;
  /** In its main network; null while it does not run, or is cut off from that. */
  readonly address: string | null;
  readonly labels: Labels;
  /** Reference of the image that it was made from; the id of one whose reference has gone to another. */
  readonly image: string;
  readonly startedAt: string;
  /** A name in its networks that no other container ever had or will have; null if the engine gives none. */
  readonly ownName: string | null;
}

export interface NodeFile {
  /** Absolute path in the container. */
  readonly path: string;
  readonly content: string;
  /** 0o600 for secrets. Owner is always the container's service user (uid and gid 999). */
  readonly mode: number;
}

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ExecLimits {
  /** Milliseconds the command may run; 60,000 by default. */
  readonly timeoutMs?: number;
  /** Bytes of output, both together; 8 MiB by default. */
  readonly outputBytes?: number;
}

export interface InteractiveExec {
  write(line: string): void;
  /** The next line of standard output; rejects at the end of output or after `timeoutMs`. */
  readLine(timeoutMs: number): Promise<string>;
  /** Closes standard input; the command sees end of file. */
  close(): void;
}

export type ResourceKind = 'container' | 'volume' | 'network';

export interface Resources {
  readonly containers: readonly string[];
  readonly volumes: readonly string[];
  readonly networks: readonly string[];
}

export interface ContainerEvent {
  readonly container: string;
  readonly labels: Labels;
  readonly action: 'start' | 'die' | 'pause' | 'unpause' | 'disconnect' | 'oom' | 'health_status';
  /** Milliseconds since the epoch. */
  readonly at: number;
}
