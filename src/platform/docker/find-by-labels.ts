import type Docker from 'dockerode';

import { isUnnamed } from '../../domain/naming.ts';
import { carries, requireLabels } from '../labels.ts';
import type { Labels, Resources } from '../platform.ts';

export const labelFilter = (labels: Labels): string[] =>
  Object.entries(labels).map(([name, value]) => `${name}=${value}`);

export const findByLabels = async (docker: Docker, labels: Labels): Promise<Resources> => {
  requireLabels(labels);
  const filters = { label: labelFilter(labels) };
  const [containers, volumes, networks] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listVolumes({ filters }),
    docker.listNetworks({ filters }),
  ]);
  const unused = volumes.Volumes.some(isUnnamedVolume) ? await unusedVolumes(docker, filters) : new Set<string>();
  // What is found may be removed. Podman's list of volumes has those with any of the labels.
  const isFound = ({ Labels: carried }: { readonly Labels?: Labels | null | undefined }): boolean =>
    carries(carried ?? {}, labels);
  return {
    containers: containers
      .filter(isFound)
      .map(({ Names: names }) => (names[0] ?? '').replace(/^\//, ''))
      .toSorted(),
    volumes: volumes.Volumes.filter(isFound)
      .filter((volume) => !isUnnamedVolume(volume) || unused.has(volume.Name))
      .map(({ Name: name }) => name)
      .toSorted(),
    networks: networks
      .filter(isFound)
      .map(({ Name: name }) => name)
      .toSorted(),
  };
};

/** As long as a container has it, such a volume is part of that. */
const isUnnamedVolume = ({ Labels: labels }: { readonly Labels?: Labels | null }): boolean => isUnnamed(labels ?? {});

/** Names of those that no container has, running or not. */
const unusedVolumes = async (docker: Docker, filters: { readonly label: string[] }): Promise<ReadonlySet<string>> => {
  const { Volumes: unused } = await docker.listVolumes({ filters: { ...filters, dangling: ['true'] } });
  return new Set(unused.map(({ Name: name }) => name));
};
