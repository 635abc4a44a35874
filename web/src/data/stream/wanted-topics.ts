import { isProblem } from '../problem.ts';

/** What one stream may carry. */
const mostTopics = 30;

/** The topics that a stream is to carry, without those that are gone: asking for one of them refuses all the others. */
export const createWantedTopics = () => {
  const gone = new Set<string>();
  let wanted: readonly string[] = [];
  return {
    want(topics: readonly string[]): void {
      wanted = [...new Set(topics)].slice(0, mostTopics).sort();
      for (const topic of gone) if (!wanted.includes(topic)) gone.delete(topic);
    },
    /** As they are asked for. */
    asked: (): string => wanted.filter((topic) => !gone.has(topic)).join(','),
    /** Whether all of them are among those of an open stream. */
    areAmong(open: ReadonlySet<string>): boolean {
      return wanted.every((topic) => open.has(topic) || gone.has(topic));
    },
    /** The one that a refusal says is gone. */
    lose(error: unknown): string | undefined {
      if (!isProblem(error)) return undefined;
      const lost = wanted.find((topic) => isAbout(error.message, topic) && !gone.has(topic));
      if (lost !== undefined) gone.add(lost);
      return lost;
    },
  };
};

const isAbout = (detail: string, topic: string): boolean => {
  const [, id] = topic.split(':');
  return id !== undefined && detail.includes(id);
};
