import type { Node } from '../domain/topology.ts';
import type { Platform } from '../platform/platform.ts';

const lookEveryMs = 100;
/** Milliseconds within which a container that has exited cannot be running again, and lead. */
const tooSoonMs = 500;

export interface ProcessWatch {
  /** Whether its container has exited: as the kernel says while it was seen alive a moment ago, else as the engine does. */
  hasExited(): Promise<boolean>;
  end(): void;
}

/** The first process of a node's container, which is the last of them to end. */
export const watchProcess = (
  platform: Pick<Platform, 'firstProcess' | 'inspectContainer'>,
  { container }: Pick<Node, 'container'>,
): ProcessWatch => {
  const process = platform.firstProcess(container).catch(() => null);
  let aliveAt = -Infinity;
  const look = async (): Promise<boolean | undefined> => {
    const ended = await (await process)?.hasEnded();
    if (ended === false) aliveAt = performance.now();
    return ended;
  };
  const timer = setInterval(() => void look().catch(() => undefined), lookEveryMs);
  return {
    async hasExited() {
      const ended = await look();
      if (ended === false) return false;
      if (ended && performance.now() - aliveAt < tooSoonMs) return true;
      // Answers once the engine has let go of a container that exits.
      return !(await platform.inspectContainer(container))?.running;
    },
    end: () => clearInterval(timer),
  };
};
