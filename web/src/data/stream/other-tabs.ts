import type { TabMessage } from './tabs.ts';

/** What the other visible tabs show, as the one that holds the stream knows it. */
export const createOtherTabs = () => {
  const shown = new Map<string, readonly string[]>();
  let isUnknown = false;
  return {
    note({ tab, topics, fresh }: Extract<TabMessage, { readonly type: 'topics' }>): void {
      if (topics.length === 0) shown.delete(tab);
      else shown.set(tab, topics);
      isUnknown ||= fresh.length > 0;
    },
    clear: () => shown.clear(),
    topics: (): readonly string[] => [...shown.values()].flat(),
    /** Whether one of them did not know the beginning of something, since this was asked last. */
    takeUnknown(): boolean {
      const was = isUnknown;
      isUnknown = false;
      return was;
    },
  };
};
