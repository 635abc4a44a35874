import { dataPath, healthCheckOf, imageOf, publishedPorts, resourcesOf } from '../domain/container-spec.ts';
import type { Database } from '../domain/database.ts';
import { networkAliases, networkName } from '../domain/naming.ts';
import type { Node } from '../domain/topology.ts';
import type { ContainerSpec, Labels } from '../platform/platform.ts';
import type { Dependencies } from './dependencies.ts';

/** A node's container, apart from its files. */
export const nodeContainer = (
  database: Pick<Database, 'id' | 'name' | 'home' | 'ports'>,
  images: Dependencies['images'],
  node: Node,
  labels: Labels,
): ContainerSpec => {
  const path = dataPath[node.kind];
  return {
    name: node.container,
    image: images[imageOf(node.kind)],
    hostname: node.name,
    network: networkName(database),
    aliases: networkAliases(node),
    mounts: node.volume && path ? [{ volume: node.volume, path }] : [],
    ports: publishedPorts(node, database.ports),
    labels,
    environment: {},
    restart: 'unless-stopped',
    healthCheck: healthCheckOf(node),
    ...resourcesOf(node),
  };
};
