import type Docker from 'dockerode';

import type { Labels, ResourceKind } from '../platform.ts';
import { statusOf } from './engine-errors.ts';

export const readLabels = async (docker: Docker, kind: ResourceKind, name: string): Promise<Labels | null> => {
  try {
    return (await inspect[kind](docker, name)) ?? {};
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw error;
  }
};

const inspect: Record<ResourceKind, (docker: Docker, name: string) => Promise<Labels | null | undefined>> = {
  container: async (docker, name) => (await docker.getContainer(name).inspect()).Config.Labels,
  volume: async (docker, name) => (await docker.getVolume(name).inspect()).Labels,
  network: async (docker, name) => (await docker.getNetwork(name).inspect()).Labels,
};
