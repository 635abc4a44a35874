import { expect, test } from 'vitest';
import { moveWrites, parseServers, setServer } from './servers.ts';

const stat = `# pxname,svname,qcur,status,weight
runtime,FRONTEND,,OPEN,
primary,postgres-1,0,UP,1
primary,postgres-2,0,DOWN 1/2,1
primary,postgres-3,0,MAINT (resolution),1
replicas,postgres-2,0,UP 1/2,1
replicas,postgres-3,0,DRAIN,1
primary,BACKEND,0,UP,1
`;

test('servers are read with their state, without the totals', () => {
  expect(parseServers(stat).map(({ backend, server, status }) => `${backend}/${server} ${status}`)).toEqual([
    'primary/postgres-1 up',
    'primary/postgres-2 down',
    'primary/postgres-3 maint',
    'replicas/postgres-2 up',
    'replicas/postgres-3 drain',
  ]);
});

test('moving writes fails when HAProxy refuses any part of it', async () => {
  const api = { command: async () => 'No such server.' };
  await expect(moveWrites(api, 'postgres-1', 'postgres-9')).rejects.toThrow(
    'postgres-1 to postgres-9: No such server.',
  );
});

test('a server is set by its backend and name', async () => {
  const said: string[] = [];
  const api = { command: async (text: string) => (said.push(text), '') };
  await setServer(api, { backend: 'primary', server: 'postgres-1', state: 'ready' });
  await setServer(api, { backend: 'primary', server: 'postgres-1', health: 'up' });
  expect(said).toEqual(['set server primary/postgres-1 state ready', 'set server primary/postgres-1 health up']);
});
