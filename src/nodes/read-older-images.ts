import { imageOf } from '../domain/container-spec.ts';
import type { Database } from '../domain/database.ts';
import type { Dependencies } from './dependencies.ts';
import { readChanged } from './read-changed.ts';

/**
 * By server, the reference of the image that its container runs, where nodes are made from another now and the engine has it
 * still: such a node can be made again as it is.
 */
export const readOlderImages = async (
  { platform, images }: Pick<Dependencies, 'platform' | 'images'>,
  { topology, postgres_major }: Pick<Database, 'topology' | 'postgres_major'>,
): Promise<Readonly<Record<string, string>>> => {
  const newest = images[imageOf('postgres', postgres_major)];
  const servers = topology.nodes.filter(({ kind }) => kind === 'postgres');
  const found = await Promise.all(
    servers.map(async ({ name, container }): Promise<readonly (readonly [string, string])[]> => {
      const image = (await platform.describeContainer(container))?.image;
      return image !== undefined && image !== newest && (await platform.hasImage(image)) ? [[name, image]] : [];
    }),
  );
  return Object.fromEntries(found.flat());
};

/** Names of nodes of any kind whose container runs another image than a new node would, also where they are to keep it. */
export const listOlderNodes = async (
  dependencies: Pick<Dependencies, 'platform' | 'images'>,
  database: Database,
): Promise<readonly string[]> => {
  const changed = await readChanged(dependencies, database);
  const others = changed.filter(({ differences }) => differences.some(({ subject }) => subject === 'image'));
  const kept = database.topology.nodes.filter(({ image }) => image !== undefined);
  return [...new Set([...others, ...kept].map(({ name }) => name))];
};
