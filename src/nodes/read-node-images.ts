import { imageOf } from '../domain/container-spec.ts';
import type { Database } from '../domain/database.ts';
import type { NodeImage } from '../domain/live-state.ts';
import type { Dependencies } from './dependencies.ts';

export interface NodeImagesReader {
  /** By name of the node, of those whose container is there. What cannot be read is left out; never an error. */
  read(database: Pick<Database, 'topology' | 'postgres_major'>): Promise<ReadonlyMap<string, NodeImage>>;
}

/** Asks the engine for each image once, however many containers run it. */
export const createNodeImagesReader = ({
  platform,
  images,
}: Pick<Dependencies, 'platform' | 'images'>): NodeImagesReader => {
  const asked = new Map<string, Promise<string | null>>();
  const madeAt = async (reference: string): Promise<string | null> => {
    const known = asked.get(reference) ?? platform.imageMadeAt(reference);
    asked.set(reference, known);
    return known.catch(() => {
      asked.delete(reference);
      return null;
    });
  };
  return {
    async read({ topology, postgres_major }) {
      const found = await Promise.all(
        [...topology.nodes, ...topology.kept].map(
          async ({ name, kind, container }): Promise<readonly (readonly [string, NodeImage])[]> => {
            const reference = (await platform.inspectContainer(container).catch(() => null))?.image;
            if (reference === undefined) return [];
            const newest = reference === images[imageOf(kind, postgres_major)];
            return [[name, { reference, newest, made_at: await madeAt(reference) }]];
          },
        ),
      );
      return new Map(found.flat());
    },
  };
};
