import type { StreamMessage } from './messages.ts';
import type { Position } from './feed.ts';

/** What the cache keeps of something that nothing shows any longer is forgotten a little later than this. */
const rememberedMs = 240_000;

/** What this page shows, and of which of it the beginning is known here. */
export const createOwnTopics = (now: () => number) => {
  const counts = new Map<string, number>();
  const known = new Set<string>();
  const left = new Map<string, number>();
  let run = '';
  return {
    add(topic: string): void {
      counts.set(topic, (counts.get(topic) ?? 0) + 1);
      const since = left.get(topic);
      if (since !== undefined && now() - since > rememberedMs) known.delete(topic);
      left.delete(topic);
    },
    remove(topic: string): void {
      const count = (counts.get(topic) ?? 1) - 1;
      if (count > 0) return void counts.set(topic, count);
      counts.delete(topic);
      left.set(topic, now());
    },
    note({ event, data }: StreamMessage, position: Position): void {
      if (position.run !== run) known.clear();
      run = position.run;
      if (event === 'snapshot' && counts.has(data.topic)) known.add(data.topic);
    },
    all: (): readonly string[] => [...counts.keys()],
    unknown: (): readonly string[] => [...counts.keys()].filter((topic) => !known.has(topic)),
  };
};
