import { expect, test } from 'vitest';
import type { System } from '../data/types.ts';
import { downsOf } from './downs.ts';

const up = { state: 'up', since: '2026-01-01T10:00:00.000Z', says: 'It answers.', next: null } as const;
const away = (says: string) => ({ ...up, state: 'down', says, next: './pgrow up' }) as const;
const system: System = { api: up, worker: up, temporal: up, monitor: up, docker: up, metadata: up };

test('nothing is said while everything answers', () => expect(downsOf(system)).toEqual([]));

test('what is away is said with what follows from it, the worst first', () => {
  const found = downsOf({
    ...system,
    docker: away('The Docker engine does not answer.'),
    temporal: away('Temporal does not answer.'),
    worker: { ...up, state: 'unknown', says: 'Temporal, which knows the workers, does not answer.' },
  });
  expect(found.map(({ part, tone, says }) => [part, tone, says])).toEqual([
    ['temporal', 'bad', 'No change can be started or signalled. Temporal does not answer.'],
    ['docker', 'warn', 'The Docker engine does not answer. No health can be seen; databases may well serve.'],
  ]);
});
