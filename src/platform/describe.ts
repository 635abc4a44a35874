import type { ContainerDescription } from '../domain/container-description.ts';
import type { Attachment, ContainerSpec } from './platform.ts';

/** Its main network comes first. */
export const attachmentsOf = ({ network, aliases, address, alsoIn = [] }: ContainerSpec): readonly Attachment[] => [
  { network, aliases, ...(address === undefined ? {} : { address }) },
  ...alsoIn,
];

/** All that a container of this spec is made with: what is the same for every one of ours as well. */
export const descriptionOf = (spec: ContainerSpec): ContainerDescription => ({
  image: spec.image,
  hostname: spec.hostname,
  command: spec.command ?? null,
  attachments: attachmentsOf(spec).map(({ address = null, ...attachment }) => ({ ...attachment, address })),
  mounts: spec.mounts,
  ports: spec.ports.map((port) => ({ ...port, address: '127.0.0.1' })),
  labels: spec.labels,
  environment: spec.environment,
  restart: spec.restart,
  memoryBytes: spec.memoryBytes,
  // A database that swaps is slower than one that is refused more memory.
  swapBytes: 0,
  cpus: spec.cpus,
  sharedMemoryBytes: spec.sharedMemoryBytes ?? null,
  healthCheck: spec.healthCheck ?? null,
  privileged: false,
  droppedCapabilities: ['ALL'],
  addedCapabilities: [],
  securityOptions: ['no-new-privileges'],
  confinement: spec.confinement,
  log: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } },
});
