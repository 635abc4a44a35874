import type Docker from 'dockerode';

import { requireLabels } from '../labels.ts';
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
  return {
    containers: containers.map(({ Names: names }) => (names[0] ?? '').replace(/^\//, '')).toSorted(),
    volumes: volumes.Volumes.map(({ Name: name }) => name).toSorted(),
    networks: networks.map(({ Name: name }) => name).toSorted(),
  };
};
