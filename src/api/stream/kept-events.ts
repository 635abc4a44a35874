/** One event of a topic; `data` is JSON already, because many may be sent it. */
export interface TopicEvent {
  /** Ascends over all topics of this process. */
  readonly sequence: number;
  readonly event: StreamEvent;
  readonly data: string;
}

/** None is named `error`: browsers call that what happens to the connection. */
export const streamEvents = ['snapshot', 'changed', 'progress', 'ended', 'problem'] as const;
export type StreamEvent = (typeof streamEvents)[number];

/** The last events of a topic, for those who come back. */
export interface KeptEvents {
  add(event: TopicEvent): void;
  /** Null if it is not all there any longer, or happened before anything was kept. */
  after(sequence: number): readonly TopicEvent[] | null;
}

/** @param begins the number after which everything is kept, `mostCharacters` of it */
export const keptEvents = (begins: number, mostCharacters = 256 * 1024): KeptEvents => {
  const kept: TopicEvent[] = [];
  let characters = 0;
  let since = begins;
  return {
    add(event) {
      kept.push(event);
      characters += event.data.length;
      while (characters > mostCharacters) {
        const oldest = kept.shift()!;
        characters -= oldest.data.length;
        since = oldest.sequence;
      }
    },
    after: (sequence) => (sequence < since ? null : kept.filter((event) => event.sequence > sequence)),
  };
};
