import type Docker from 'dockerode';

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
  // What is found may be removed. Podman's list of volumes has those with any of the labels.
  const isFound = ({ Labels: carried }: { readonly Labels?: Labels | null | undefined }): boolean =>
    carries(carried ?? {}, labels);
  return {
    containers: containers
      .filter(isFound)
      .map(({ Names: names }) => (names[0] ?? '').replace(/^\//, ''))
      .toSorted(),
    volumes: volumes.Volumes.filter(isFound)
      .map(({ Name: name }) => name)
      .toSorted(),
    networks: networks
      .filter(isFound)
      .map(({ Name: name }) => name)
      .toSorted(),
  };
};
