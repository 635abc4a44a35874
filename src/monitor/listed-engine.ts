import { labelNames } from '../domain/naming.ts';
import type { ContainerState, Labels, Platform } from '../platform/platform.ts';

/** Milliseconds for which what a health check said is taken as said; a list of containers does not have it. */
const sayingLastsMs = 300_000;

/** Kinds whose health check says more than whether it passed. */
const sayingKinds = ['front', 'haproxy'];

export interface ListedEngine {
  /** The same engine, that answers for a container from the last list where it can. */
  readonly platform: Platform;
  /** Asks for a new list once `after` is through; everything that is asked from now on waits for it. */
  list(after: Promise<unknown>): void;
}

/** An engine that is asked once for all containers with these labels instead of once for each. */
export const createListedEngine = (
  platform: Platform,
  labels: Labels,
  now: () => number = () => performance.now(),
): ListedEngine => {
  let listed: Promise<ReadonlyMap<string, ContainerState>> = Promise.resolve(new Map());
  const sayings = new Map<string, { readonly at: number; readonly says: string }>();

  const sayingOf = async ({ name, health, labels: carried }: ContainerState): Promise<string> => {
    if (health !== 'healthy' || !sayingKinds.includes(carried[labelNames.kind] ?? '')) return '';
    const known = sayings.get(name);
    if (known && now() - known.at < sayingLastsMs) return known.says;
    const says = (await platform.inspectContainer(name))?.healthSays ?? '';
    sayings.set(name, { at: now(), says });
    return says;
  };

  return {
    platform: {
      ...platform,
      async inspectContainer(name) {
        const state = (await listed).get(name);
        // One that is not listed may have been made since.
        return state ? { ...state, healthSays: await sayingOf(state) } : platform.inspectContainer(name);
      },
    },
    list(after) {
      listed = (async () => {
        await after;
        const byName = new Map((await platform.listContainers(labels)).map((state) => [state.name, state]));
        for (const name of sayings.keys()) if (!byName.has(name)) sayings.delete(name);
        return byName;
      })();
      // Each look meets its error.
      listed.catch(() => undefined);
    },
  };
};
