import { confinementOf } from '../domain/confinement.ts';
import {
  attachmentOf,
  dataPath,
  healthCheckOf,
  imageOf,
  publishedPorts,
  resourcesOf,
} from '../domain/container-spec.ts';
import type { Database } from '../domain/database.ts';
import type { Node } from '../domain/topology.ts';
import type { ContainerSpec, Labels } from '../platform/platform.ts';
import type { Dependencies } from './dependencies.ts';

/** A node's container, apart from its files. */
export const nodeContainer = (
  database: Pick<Database, 'id' | 'name' | 'home' | 'ports' | 'network' | 'postgres_major'>,
  images: Dependencies['images'],
  node: Node,
  labels: Labels,
): ContainerSpec => {
  const path = dataPath[node.kind];
  return {
    ...attachmentOf(database, node),
    image: node.image ?? images[imageOf(node.kind, database.postgres_major)],
    hostname: node.name,
    mounts: node.volume && path ? [{ volume: node.volume, path }] : [],
    ports: publishedPorts(node, database.ports),
    labels,
    environment: {},
    restart: 'unless-stopped',
    healthCheck: healthCheckOf(node),
    ...resourcesOf(node),
    confinement: confinementOf(node),
  };
};
