import { formatExactly } from './format-bytes.ts';

/** Everything a container was made with, so that what runs can be compared with what pgrow would make now. */
export interface ContainerDescription {
  readonly image: string;
  readonly hostname: string;
  /** Null: whatever its image runs. */
  readonly command: readonly string[] | null;
  readonly attachments: readonly Attachment[];
  readonly mounts: readonly { readonly volume: string; readonly path: string }[];
  readonly ports: readonly PublishedPort[];
  readonly labels: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly restart: string;
  /** Null: unlimited; the same for the other two. */
  readonly memoryBytes: number | null;
  /** Null also where the engine cannot limit it. */
  readonly swapBytes: number | null;
  readonly cpus: number | null;
  /** Of /dev/shm. Null: the engine's default. */
  readonly sharedMemoryBytes: number | null;
  /** Null: its image's, if any. */
  readonly healthCheck: HealthCheck | null;
  readonly privileged: boolean;
  readonly droppedCapabilities: readonly string[];
  readonly addedCapabilities: readonly string[];
  readonly securityOptions: readonly string[];
  /** Null: it may write anywhere. */
  readonly confinement: Confinement | null;
  readonly log: { readonly driver: string; readonly options: Readonly<Record<string, string>> };
}

/** How it takes part in a network. */
interface Attachment {
  readonly network: string;
  /** Names in it, besides its own. */
  readonly aliases: readonly string[];
  /** That it is given there whenever it runs. Null: one that the engine chooses. */
  readonly address: string | null;
}

export interface PublishedPort {
  readonly container: number;
  /** Address of the host that it is published on. */
  readonly address: string;
  readonly host: number;
}

export interface HealthCheck {
  readonly command: readonly string[];
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  /** Failures in a row until it counts as unhealthy. */
  readonly retries: number;
  /** Failures that early do not count. */
  readonly startPeriodSeconds: number;
}

/** How far a container's processes get: where they may write, how many they may be. Its root file system is read-only. */
export interface Confinement {
  /** Processes and threads at the same time; infinite without a limit. Null where the engine cannot limit them. */
  readonly processes: number | null;
  /** Of a core dump, which would hold passwords. Null: as many as the engine lets it write. */
  readonly coreBytes: number | null;
  /** Directories with a volume each that is removed with the container: what is there survives restarts. */
  readonly kept: readonly string[];
  readonly inMemory: readonly InMemory[];
}

/** A directory that is empty after each start. What is in it counts towards the container's memory. */
export interface InMemory {
  readonly path: string;
  readonly bytes: number;
  /** 0o700 and the service user's, or 0o1777 and anyone's. */
  readonly mode: number;
}

/** Where a container is not what it should be. */
export interface Difference {
  readonly subject: string;
  /** `memory is 512 MB, should be 1 GB` */
  readonly says: string;
  /** Where that is all it takes: the networks that its container has to leave, and then to join. */
  readonly networks?: { readonly leave: readonly string[]; readonly join: readonly string[] };
}

/** What changes without making the container again. */
const liveSubjects: readonly string[] = ['memory', 'swap', 'CPU limit', 'process limit', 'restart policy'];

export const canChangeLive = (differences: readonly Difference[]): boolean =>
  differences.every(({ subject }) => liveSubjects.includes(subject));

/** Of the scheduler. A quota of it, unlike a number of CPUs, may be larger than what the host has. */
export const cpuPeriodMicroseconds = 100_000;

/**
 * One difference for each thing that is not as it should be. Null in `should` leaves a thing to image and engine; the image may
 * add labels and variables of its own.
 */
export const differencesOf = (is: ContainerDescription, should: ContainerDescription): readonly Difference[] => [
  ...compared('image', is.image, should.image),
  ...compared('hostname', is.hostname, should.hostname),
  ...unlessFree('command', is.command, should.command, (command) => command.join(' ')),
  ...networksCompared(is, should),
  ...compared('volumes', listed(is.mounts.map(mountText)), listed(should.mounts.map(mountText))),
  ...compared('published ports', listed(is.ports.map(portText)), listed(should.ports.map(portText))),
  ...namedIn('label', is.labels, should.labels),
  ...namedIn('variable', is.environment, should.environment),
  ...compared('restart policy', is.restart, should.restart),
  ...compared('memory', bytesText(is.memoryBytes), bytesText(should.memoryBytes)),
  // Where the kernel does not account for swap, the engine says that it is unlimited.
  ...(is.swapBytes === null ? [] : compared('swap', bytesText(is.swapBytes), bytesText(should.swapBytes))),
  ...compared('CPU limit', cpuText(is.cpus), cpuText(should.cpus)),
  ...unlessFree('shared memory', is.sharedMemoryBytes, should.sharedMemoryBytes, formatExactly),
  ...unlessFree('health check', is.healthCheck, should.healthCheck, checkText),
  ...compared('privileged mode', is.privileged ? 'on' : 'off', should.privileged ? 'on' : 'off'),
  ...compared('dropped capabilities', listed(is.droppedCapabilities), listed(should.droppedCapabilities)),
  ...compared('added capabilities', listed(is.addedCapabilities), listed(should.addedCapabilities)),
  ...compared('security options', listed(is.securityOptions), listed(should.securityOptions)),
  ...confinementDifferences(is.confinement, should.confinement),
  ...compared('log driver', is.log.driver, should.log.driver),
  ...namedIn('log option', is.log.options, should.log.options),
];

/** A container of an earlier version may write anywhere. It serves on as it is, and is confined when it is made again. */
const confinementDifferences = (is: Confinement | null, should: Confinement | null): readonly Difference[] =>
  is === null || should === null
    ? []
    : [
        ...(is.processes === null ? [] : unlessFree('process limit', is.processes, should.processes, numberText)),
        ...compared('core dump limit', bytesText(is.coreBytes), bytesText(should.coreBytes)),
        ...compared('directories in volumes of its own', listed(is.kept), listed(should.kept)),
        ...compared(
          'directories in memory',
          listed(is.inMemory.map(inMemoryText)),
          listed(should.inMemory.map(inMemoryText)),
        ),
      ];

const networksCompared = (is: ContainerDescription, should: ContainerDescription): readonly Difference[] => {
  const has = networksIn(is);
  const wanted = networksIn(should);
  const networks = {
    leave: has.filter((network) => !wanted.includes(network)),
    join: wanted.filter((network) => !has.includes(network)),
  };
  return [
    ...compared('network', listed(has), listed(wanted)).map((difference) => ({ ...difference, networks })),
    ...should.attachments.flatMap((attachment) => {
      const found = is.attachments.find(({ network }) => network === attachment.network);
      if (!found) return [];
      const { network, address } = attachment;
      const where = wanted.length > 1 ? ` in ${network}` : '';
      return [
        ...compared(
          `network aliases${where}`,
          listed(aliasesOf(found, is.hostname)),
          listed(aliasesOf(attachment, should.hostname)),
        ),
        ...unlessFree(`address${where}`, found.address, address, (fixed) => fixed),
      ].map((difference) => ({ ...difference, networks: { leave: [network], join: [network] } }));
    }),
  ];
};

const networksIn = ({ attachments }: ContainerDescription): readonly string[] =>
  attachments.map(({ network }) => network);

const compared = (subject: string, is: string, should: string): readonly Difference[] =>
  is === should ? [] : [{ subject, says: `${subject} ${verb(subject)} ${is}, should be ${should}` }];

const unlessFree = <T>(subject: string, is: T | null, should: T | null, text: (value: T) => string) =>
  should === null ? [] : compared(subject, is === null ? 'none' : text(is), text(should));

/** Those that should be there; what else is there is the image's or the engine's. */
const namedIn = (
  what: string,
  is: Readonly<Record<string, string>>,
  should: Readonly<Record<string, string>>,
): readonly Difference[] =>
  Object.entries(should).flatMap(([name, value]) => compared(`${what} ${name}`, is[name] ?? 'absent', value));

const verb = (subject: string): string =>
  /^directories|(?:aliases|volumes|ports|capabilities|options)(?: in |$)/.test(subject) ? 'are' : 'is';

/** Once it has run, the engine counts the hostname among them. */
const aliasesOf = ({ aliases }: Attachment, hostname: string): readonly string[] =>
  aliases.filter((alias) => alias !== hostname);

const listed = (things: readonly string[]): string => things.toSorted().join(', ') || 'none';
const mountText = ({ volume, path }: ContainerDescription['mounts'][number]): string => `${volume} at ${path}`;
const portText = ({ container, address, host }: PublishedPort): string => `${address}:${host} to ${container}`;
const bytesText = (bytes: number | null): string =>
  bytes === null ? 'unlimited' : bytes === 0 ? 'none' : formatExactly(bytes);
const numberText = (number: number): string => (Number.isFinite(number) ? String(number) : 'none');
const inMemoryText = ({ path, bytes, mode }: InMemory): string =>
  `${path} (${formatExactly(bytes)}, mode ${mode.toString(8)})`;
const cpuText = (cpus: number | null): string => (cpus === null ? 'none' : `${Number(cpus.toFixed(3))} CPUs`);
const checkText = (check: HealthCheck): string =>
  `"${check.command.join(' ')}" every ${check.intervalSeconds} s, for ${check.timeoutSeconds} s at most, ` +
  `unhealthy after ${check.retries}, not counted for ${check.startPeriodSeconds} s`;
