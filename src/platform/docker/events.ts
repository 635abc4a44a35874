import { setTimeout as delay } from 'node:timers/promises';

import type Docker from 'dockerode';

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
}

/** Milliseconds between two attempts to reach the engine: doubles from the first to the second. */
const backoff = { first: 100, most: 5000 };

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
    try {
      const stream = await openEvents(watching, from);
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
    }
    // Aborting ends the pause at once; the loop's condition does the rest.
    await delay(pause, undefined, { signal }).catch(() => {});
    pause = Math.min(pause * 2, backoff.most);
  }
};

/** No filter by label: a network's events carry none. */
const openEvents = ({ docker, signal }: Watch, since: number): Promise<NodeJS.ReadableStream> =>
  docker.getEvents({
    since: since / 1000,
    filters: {
      type: ['container', 'network'],
      event: ['create', 'start', 'die', 'pause', 'unpause', 'oom', 'health_status', 'destroy', 'disconnect'],
    },
    abortSignal: signal,
  });

const learnContainers = async ({ docker, labels }: Watch, reader: EventReader): Promise<void> => {
  const found = await docker.listContainers({ all: true, filters: { label: labelFilter(labels) } });
  for (const { Id: id, Names: names, Labels: carried } of found) {
    reader.know(id, { name: (names[0] ?? '').replace(/^\//, ''), labels: carried });
  }
};

const eventsIn = async function* (stream: NodeJS.ReadableStream): AsyncGenerator<EngineEvent> {
  let partial = '';
  for await (const chunk of stream) {
    const lines = (partial + chunk.toString()).split('\n');
    partial = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line) as EngineEvent;
  }
};
