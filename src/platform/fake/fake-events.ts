import { carries, requireLabels } from '../labels.ts';
import type { ContainerEvent, Labels, Platform } from '../platform.ts';

export interface FakeEvents extends Pick<Platform, 'watch'> {
  readonly emit: (event: ContainerEvent) => void;
}

interface Watcher {
  readonly labels: Labels;
  readonly events: ContainerEvent[];
  wake: () => void;
}

export const fakeEvents = (): FakeEvents => {
  const watchers = new Set<Watcher>();

  return {
    emit: (event) => {
      for (const watcher of watchers) {
        if (!carries(event.labels, watcher.labels)) continue;
        watcher.events.push(event);
        watcher.wake();
      }
    },

    watch: (labels, signal) => {
      requireLabels(labels);
      const watcher: Watcher = { labels, events: [], wake: () => {} };
      watchers.add(watcher);
      signal.addEventListener('abort', () => (watchers.delete(watcher), watcher.wake()), {
        once: true,
      });
      return { [Symbol.asyncIterator]: () => follow(watcher, signal) };
    },
  };
};

const follow = async function* (watcher: Watcher, signal: AbortSignal): AsyncGenerator<ContainerEvent> {
  while (!signal.aborted) {
    const event = watcher.events.shift();
    if (event) yield event;
    else await new Promise<void>((resolve) => (watcher.wake = resolve));
  }
};
