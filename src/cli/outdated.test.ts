import { expect, test } from 'vitest';
import { outdatedText, readOutdatedHint } from './outdated.ts';

const now = Date.parse('2026-01-22T00:00:00.000Z');
const node = (name: string, made_at: string | null) => ({
  name,
  kind: 'postgres' as const,
  container: `pgrow-x-${name}`,
  image: { reference: 'pgrow/postgres:17-1', newest: false, made_at },
  command: './pgrow change shop --image newest',
});

test('each node has its image, how old that is, and the command that brings it to the newest', () => {
  const nodes = [node('postgres-1', '2026-01-01T00:00:00.000Z'), node('postgres-2', null)];
  const databases = [{ id: 'i', project: 'default', name: 'shop', observed_at: null, nodes }];
  expect(outdatedText({ databases, unknown: ['new'] }, now)).toEqual([
    'DATABASE  NODE        IMAGE                BUILT        BRING IT TO THE NEWEST',
    'shop      postgres-1  pgrow/postgres:17-1  3 weeks ago  ./pgrow change shop --image newest',
    'shop      postgres-2  pgrow/postgres:17-1  -            ./pgrow change shop --image newest',
    'Not known of new: the monitor has not looked at all nodes yet.',
  ]);
});

test('who looks at all databases learns which have such nodes', async () => {
  const databases = [{ id: 'i', project: 'default', name: 'shop', observed_at: null, nodes: [] }];
  const answering = <T>(document: object) => ({ get: async () => document as T });
  expect(await readOutdatedHint(answering({ databases, unknown: [] }) as never)).toEqual([
    'Nodes of shop have an older image. See ./pgrow outdated',
  ]);
  expect(await readOutdatedHint(answering({ databases: [], unknown: [] }) as never)).toEqual([]);
});

test('where nothing is outdated, that is said', () => {
  expect(outdatedText({ databases: [], unknown: [] })).toEqual([
    'No node is known to have an older image than nodes are made from now.',
  ]);
});
