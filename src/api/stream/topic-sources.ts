import { PgrowError } from '../../domain/errors.ts';
import type { OperationDocument } from '../../domain/operation.ts';
import type { statusDocument } from '../../domain/status.ts';
import { systemParts, type SystemDocument } from '../../domain/system.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { tagOf } from '../entity-tags.ts';
import { findAnyOperation } from '../lookup.ts';
import { readStatus } from '../read-status.ts';
import { onRecordOf } from '../seen.ts';
import { problemOf, usualPace } from './common-source.ts';
import type { Change, TopicSource } from './shared-topic.ts';

/** What each topic is about, from the record. `system` asks its parts; what is accepted and not on record yet is asked of Temporal. */

/** Milliseconds between two looks. */
const systemPace = 3000;
/** Of an operation that gets on. */
const quickPace = 250;

type Status = ReturnType<typeof statusDocument>;

export const databaseSource = (
  dependencies: Pick<ApiDependencies, 'store' | 'client'>,
  id: string,
): TopicSource<Status | null> => {
  const topic = `database:${id}`;
  return {
    problem: problemOf(topic),
    everyMs: () => usualPace,
    read: async () => {
      const database = await dependencies.store.readDatabase(id);
      return database && readStatus(dependencies, database, await onRecordOf(dependencies, database));
    },
    snapshot: (database) => ({ topic, database }),
    changes: (before, now) =>
      now && tagOf(before) !== tagOf(now) ? [{ event: 'changed', data: { topic, database: now } }] : [],
    end: (database) => (database ? null : { topic, status: 'destroyed' }),
  };
};

export const operationSource = (
  dependencies: Pick<ApiDependencies, 'store' | 'client'>,
  id: string,
): TopicSource<OperationDocument> => {
  const topic = `operation:${id}`;
  return {
    problem: problemOf(topic),
    // One that waits may do so for days.
    everyMs: (operation) => (operation && operation.waiting_for === null ? quickPace : usualPace),
    read: async () => {
      const operation = await findAnyOperation(dependencies, { project: null, operation: id });
      if (!operation) throw new PgrowError('not_found', `There is no operation ${id} on record any longer.`);
      return operation;
    },
    snapshot: (operation) => ({ topic, operation }),
    changes: (before, now) => progressOf(topic, before, now),
    end: ({ status }) => (status === 'running' ? null : { topic, status }),
  };
};

/** Only what has changed: an operation may have forty steps, of which one gets on. */
const progressOf = (topic: string, before: OperationDocument, now: OperationDocument): readonly Change[] => {
  const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  if (isSame(before, now)) return [];
  // A worker has taken it up: now it has a plan.
  if (before.steps.length !== now.steps.length) return [{ event: 'snapshot', data: { topic, operation: now } }];
  const { steps: stepsBefore, ...restBefore } = before;
  const { steps, ...rest } = now;
  const changed = Object.entries(rest).filter(([name, value]) => !isSame(restBefore[name as keyof typeof rest], value));
  return [
    {
      event: 'progress',
      data: {
        topic,
        operation: Object.fromEntries(changed),
        steps: steps.filter((step, index) => !isSame(stepsBefore[index], step)),
      },
    },
  ];
};

export const systemSource = (readSystem: () => Promise<SystemDocument>): TopicSource<SystemDocument> => {
  const topic = 'system';
  return {
    problem: problemOf(topic),
    everyMs: () => systemPace,
    read: readSystem,
    snapshot: (system) => ({ topic, system }),
    changes: (before, now) => {
      const changed = systemParts.filter((part) => JSON.stringify(before[part]) !== JSON.stringify(now[part]));
      if (changed.length === 0) return [];
      const system = Object.fromEntries(changed.map((part) => [part, now[part]]));
      return [{ event: 'changed', data: { topic, system } }];
    },
    end: () => null,
  };
};
