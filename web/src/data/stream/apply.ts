import type { QueryClient } from '@tanstack/react-query';
import { keys } from '../keys.ts';
import type { DatabaseEntry, Operation, Status, System } from '../types.ts';
import { askAgain, isBack } from './ask-again.ts';
import type { DatabasesMessage, ProgressMessage, StreamMessage, SystemMessage } from './messages.ts';
import { isKept } from './revealed.ts';

/** Writes what the stream says into the cache that all pages read. */
export const applyMessage = (cache: QueryClient, message: StreamMessage): void => {
  const { event, data } = message;
  if (event === 'problem') return;
  if (event === 'ended') {
    void cache.invalidateQueries({ queryKey: ['database'], predicate: isKept });
    return;
  }
  if (event === 'progress') {
    const id = data.topic.slice('operation:'.length);
    cache.setQueryData<Operation>(keys.operation(id), (known) => known && withProgress(known, data));
    return;
  }
  if (data.topic === 'databases') return applyDatabases(cache, event, data);
  if ('system' in data) return applySystem(cache, event, data);
  if ('database' in data) return applyStatus(cache, data.database);
  if ('operation' in data) cache.setQueryData<Operation>(keys.operation(data.operation.id), data.operation);
};

const applyDatabases = (cache: QueryClient, event: string, { databases, removed = [] }: DatabasesMessage): void => {
  if (event === 'snapshot') {
    cache.setQueryData<readonly DatabaseEntry[]>(keys.databases, databases);
    return;
  }
  cache.setQueryData<readonly DatabaseEntry[]>(keys.databases, (known) => {
    // Another tab shows the list; what has changed of it is not all there is.
    if (!known) return undefined;
    const changed = new Map(databases.map((entry) => [entry.id, entry]));
    const kept = known
      .filter(({ id }) => !removed.includes(id))
      .map((entry) => {
        const newer = changed.get(entry.id);
        changed.delete(entry.id);
        return newer ?? entry;
      });
    return [...kept, ...changed.values()];
  });
};

const applySystem = (cache: QueryClient, event: string, { system }: SystemMessage): void => {
  const known = cache.getQueryData<System>(keys.system);
  // Only a snapshot has all parts.
  if (!known && event !== 'snapshot') return;
  const now = { ...known, ...system } as System;
  cache.setQueryData<System>(keys.system, now);
  if (known && isBack(known, now)) askAgain(cache);
};

/** A stage that changed means other costs, other rungs, other events: whatever else was asked of it is asked again. */
const applyStatus = (cache: QueryClient, status: Status): void => {
  const key = keys.database(status.project, status.name);
  const before = cache.getQueryData<Status>(key);
  cache.setQueryData<Status>(key, status);
  if (status.operation) cache.setQueryData<Operation>(keys.operation(status.operation.id), status.operation);
  const isOther =
    before !== undefined &&
    (before.stage !== status.stage ||
      // What can be done depends on it.
      before.health !== status.health ||
      before.operation?.id !== status.operation?.id ||
      before.checkpoint?.id !== status.checkpoint?.id);
  if (isOther)
    void cache.invalidateQueries({
      predicate: (query) =>
        isKept(query) &&
        query.queryKey.length > key.length &&
        key.every((part, index) => query.queryKey[index] === part),
    });
};

const withProgress = (known: Operation, { operation, steps }: ProgressMessage): Operation => {
  const changed = new Map(steps.map((step) => [step.index, step]));
  return {
    ...known,
    ...operation,
    steps: known.steps.map((step, index) => changed.get(index) ?? step),
  };
};
