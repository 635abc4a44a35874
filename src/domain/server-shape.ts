import { canonical } from './canonical.ts';
import { sizeOf } from './container-spec.ts';
import { parametersOf } from './server-parameters.ts';
import { replayNeeds, type Settings } from './settings.ts';
import type { Node } from './topology.ts';

/** What a PostgreSQL server is made with and set to, apart from its name and its role. */
export type ServerShape = Pick<Node, 'size' | 'chosen_settings' | 'image'>;

export const shapeOf = ({ size, chosen_settings, image }: ServerShape): ServerShape => ({
  ...(size && { size }),
  ...(chosen_settings && Object.keys(chosen_settings).length > 0 && { chosen_settings }),
  ...(image !== undefined && { image }),
});

export const withShape = (node: Node, shape: ServerShape): Node => {
  const { size: _, chosen_settings: __, image: ___, ...rest } = node;
  return { ...rest, ...shapeOf(shape) };
};

/** Of the usual size is also a server on whose record there is none. */
export const hasShape = (node: ServerShape, shape: ServerShape): boolean =>
  canonical(shapeOf({ ...node, size: sizeOf(node) })) === canonical(shapeOf({ ...shape, size: sizeOf(shape) }));

/** What a server of this shape runs with. `kept`: what its database keeps in place of our own choice. */
export const runsWith = (shape: ServerShape, kept: Settings): Settings =>
  parametersOf(sizeOf(shape).memory_bytes, kept, shape.chosen_settings ?? {});

/** Of `replayNeeds` those of which the first has more, with what it has. */
const moreThan = (one: Settings, other: Settings): Settings =>
  Object.fromEntries(
    replayNeeds.flatMap((name) => (Number(one[name]) > Number(other[name]) ? [[name, one[name]!] as const] : [])),
  );

/** Whether a server has to be restarted to have as little of `replayNeeds` as the other shape has. */
export const shrinksTo = (from: ServerShape, to: ServerShape, kept: Settings): boolean =>
  Object.keys(moreThan(runsWith(from, kept), runsWith(to, kept))).length > 0;

/** The shape with as much of each of `replayNeeds` as others have: what it takes to replay what they write, or to be followed by them. */
export const raised = (shape: ServerShape, kept: Settings, others: readonly ServerShape[]): ServerShape =>
  others.reduce<ServerShape>((reached, other) => {
    const more = moreThan(runsWith(other, kept), runsWith(reached, kept));
    return Object.keys(more).length === 0
      ? reached
      : { ...reached, chosen_settings: { ...reached.chosen_settings, ...more } };
  }, shape);
