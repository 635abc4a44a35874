import { setTimeout as delay } from 'node:timers/promises';
import { keptEvents, type KeptEvents, type StreamEvent, type TopicEvent } from './kept-events.ts';

export interface Change {
  readonly event: StreamEvent;
  readonly data: object;
}

/** What a topic is about, and how it is seen to change. */
export interface TopicSource<S> {
  /** @param before what the last look has found; null for the first, and after one that has failed */
  read(before: S | null): Promise<S>;
  /** All there is to know. */
  snapshot(state: S): object;
  /** None if nothing has changed. */
  changes(before: S, now: S): readonly Change[];
  /** With which it ends, if it has ended. */
  end(state: S): object | null;
  /** Of what `read` has thrown. */
  problem(error: unknown): object;
  /** Milliseconds until the next look. */
  readonly everyMs: (state: S | null) => number;
}

export interface Topic {
  /** Whether someone listens. */
  readonly isHeard: () => boolean;
  /**
   * Hears what there is to know and then each change; with `after` only what has happened since, where that is still known.
   * @returns ends it
   */
  listen(hear: Hear, after: number | null): () => void;
}

type Hear = (event: TopicEvent) => void;

/**
 * A topic that is looked at once for all who listen, and not at all while there is none. What it has said stays known for
 * those who come back: the next look says what has changed meanwhile.
 */
export const sharedTopic = <S>(source: TopicSource<S>, nextSequence: () => number): Topic => {
  const listeners = new Set<Hear>();
  /** They hear nothing before the next look is through. */
  const waiting = new Map<Hear, number | null>();
  const problem = saidOnce();
  let state: { readonly value: S; readonly kept: KeptEvents } | null = null;
  let hasEnded = false;
  /** The end that was said last. One that waits for an operator may end in another way after that. */
  let saidEnd: string | null = null;
  let isLooking = false;
  let pausing = new AbortController();

  const isHeard = (): boolean => listeners.size + waiting.size > 0;
  const isFollowed = (): boolean => !hasEnded && isHeard();
  const eventOf = ({ event, data }: Change): TopicEvent => ({
    sequence: nextSequence(),
    event,
    data: JSON.stringify(data),
  });
  const ended = (data: object): Change => ({ event: 'ended', data });
  const snapshot = (value: S): Change => ({ event: 'snapshot', data: source.snapshot(value) });

  const begin = (hear: Hear, after: number | null): void => {
    if (!state) return;
    if (!hasEnded) listeners.add(hear);
    const missed = after === null ? null : state.kept.after(after);
    const end = missed ? null : source.end(state.value);
    const events = missed ?? [eventOf(snapshot(state.value)), ...(end ? [eventOf(ended(end))] : [])];
    for (const event of events) hear(event);
  };
  const changesTo = (value: S): readonly Change[] => {
    if (!state) return [];
    return problem.isOver() ? [snapshot(value)] : source.changes(state.value, value);
  };
  const take = (value: S): void => {
    const changes = changesTo(value);
    const end = source.end(value);
    const endText = end && JSON.stringify(end);
    state = { value, kept: state?.kept ?? keptEvents(nextSequence()) };
    for (const change of [...changes, ...(end && endText !== saidEnd ? [ended(end)] : [])]) {
      const event = eventOf(change);
      state.kept.add(event);
      for (const hear of listeners) hear(event);
    }
    hasEnded = end !== null;
    saidEnd = endText;
    // Nothing follows for them.
    if (hasEnded) listeners.clear();
    const coming = [...waiting];
    waiting.clear();
    for (const [hear, after] of coming) begin(hear, after);
  };
  const fail = (error: unknown): void =>
    problem.say(eventOf({ event: 'problem', data: source.problem(error) }), [...listeners, ...waiting.keys()]);
  const look = async (): Promise<void> => {
    isLooking = true;
    while (isFollowed()) {
      await source.read(problem.isThere() ? null : state && state.value).then(take, fail);
      pausing = new AbortController();
      if (isFollowed()) await pause(source.everyMs(state && state.value), pausing.signal);
    }
    isLooking = false;
  };

  const leave = (hear: Hear) => (): void => {
    listeners.delete(hear);
    waiting.delete(hear);
    problem.forget(hear);
    // A pause would keep a process that is to end.
    if (!isHeard()) pausing.abort();
  };

  return {
    isHeard,
    listen(hear, after) {
      const isCurrent = isLooking && state !== null && waiting.size === 0 && !problem.isThere();
      if (isCurrent) begin(hear, after);
      else waiting.set(hear, after);
      if (!isLooking) {
        hasEnded = false;
        void look();
      }
      return leave(hear);
    },
  };
};

/** A problem that lasts is said once to each who listens. */
const saidOnce = () => {
  const informed = new Set<Hear>();
  let present = '';
  return {
    isThere: () => present !== '',
    forget: (hear: Hear) => void informed.delete(hear),
    say(event: TopicEvent, listeners: readonly Hear[]): void {
      if (event.data !== present) informed.clear();
      present = event.data;
      for (const hear of listeners.filter((each) => !informed.has(each))) {
        informed.add(hear);
        hear(event);
      }
    },
    /** Whether there was one until now. */
    isOver(): boolean {
      const was = present !== '';
      present = '';
      informed.clear();
      return was;
    },
  };
};

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  delay(ms, undefined, { signal }).catch(() => undefined);
