import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

import type Docker from 'dockerode';

import { withinLimit, wordsOf, type CallLimits } from '../call-limits.ts';
import { carries, requireLabels } from '../labels.ts';
import type { ContainerEvent, Labels } from '../platform.ts';
import { createEventReader, type EngineEvent, type EventReader } from './engine-event.ts';
import { labelFilter } from './find-by-labels.ts';
import type { Log } from './observed.ts';

interface Watch {
  readonly docker: Docker;
  readonly labels: Labels;
  readonly signal: AbortSignal;
  readonly log: Log | undefined;
  readonly limits: CallLimits;
}

/** Milliseconds between two attempts to reach the engine: doubles from the first to the second. */
const backoff = { first: 100, most: 5000 };

/** Milliseconds between two questions whether the engine is there: one that hangs ends no connection. */
const pingEveryMs = 30_000;

/** What happens from this call on; what happened while the connection was lost is made up for from the engine's memory. */
export const watch = (input: Watch): AsyncIterable<ContainerEvent> => {
  requireLabels(input.labels);
  const since = Date.now();
  return { [Symbol.asyncIterator]: () => follow(input, since) };
};

const follow = async function* (watching: Watch, since: number): AsyncGenerator<ContainerEvent> {
  const { labels, signal, log } = watching;
  const reader = createEventReader((candidate) => carries(candidate, labels));
  let pause = backoff.first;
  let from = since;
  while (!signal.aborted) {
    let stream: Readable | null = null;
    const end = (): void => void stream?.destroy();
    const pinging = setInterval(() => void ping(watching).catch(end), pingEveryMs);
    signal.addEventListener('abort', end);
    try {
      stream = await openEvents(watching, from);
      await learnContainers(watching, reader);
      pause = backoff.first;
      for await (const event of eventsIn(stream)) {
        from = Math.floor(event.timeNano / 1e6);
        const ours = reader.read(event);
        if (ours) yield ours;
      }
    } catch (error) {
      if (signal.aborted) return;
      log?.debug({ error: String(error), retry_in_ms: pause }, 'docker events lost');
    } finally {
      clearInterval(pinging);
      signal.removeEventListener('abort', end);
      end();
    }
    // Aborting ends the pause at once; the loop's condition does the rest.
    await delay(pause, undefined, { signal }).catch(() => {});
    pause = Math.min(pause * 2, backoff.most);
  }
};

const ping = (watching: Watch): Promise<unknown> => bounded(watching, 'ping', () => watching.docker.ping());

/** No filter by label: a network's events carry none. */
const openEvents = async (watching: Watch, since: number): Promise<Readable> =>
  (await bounded(watching, 'watch', () =>
    watching.docker.getEvents({
      since: since / 1000,
      filters: {
        type: ['container', 'network'],
        event: ['create', 'start', 'die', 'pause', 'unpause', 'oom', 'health_status', 'destroy', 'disconnect'],
      },
      abortSignal: watching.signal,
    }),
  )) as Readable;

const learnContainers = async (watching: Watch, reader: EventReader): Promise<void> => {
  const found = await bounded(watching, 'findByLabels', () =>
    watching.docker.listContainers({ all: true, filters: { label: labelFilter(watching.labels) } }),
  );
  for (const { Id: id, Names: names, Labels: carried } of found) {
    reader.know(id, { name: (names[0] ?? '').replace(/^\//, ''), labels: carried });
  }
};

const bounded = <T>({ limits }: Watch, method: string, call: () => Promise<T>): Promise<T> =>
  withinLimit(`${wordsOf(method)} for events`, limits(method, []), call);

const eventsIn = async function* (stream: Readable): AsyncGenerator<EngineEvent> {
  let partial = '';
  for await (const chunk of stream) {
    const lines = (partial + chunk.toString()).split('\n');
    partial = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line) as EngineEvent;
  }
};
