import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { retryUntil } from '../support/retry-until.ts';
import { createStack, type Stack } from './support.ts';

const members = ['etcd-1', 'etcd-2', 'etcd-3'];
const configuration = (name: string) =>
  JSON.stringify({
    name,
    'data-dir': '/var/lib/etcd/data',
    'listen-peer-urls': 'http://0.0.0.0:2380',
    'listen-client-urls': 'http://0.0.0.0:2379',
    'initial-advertise-peer-urls': `http://${name}:2380`,
    'advertise-client-urls': `http://${name}:2379`,
    'initial-cluster': members.map((member) => `${member}=http://${member}:2380`).join(','),
    'initial-cluster-token': 'one-attempt',
    'initial-cluster-state': 'new',
  });

describe('the etcd image', { timeout: 60_000 }, () => {
  let stack: Stack;

  const untilHealthy = (name: string) => retryUntil(`${name} to see a leader`, () => stack.run(name, 'pgrow-alive'));

  beforeAll(async () => {
    stack = await createStack();
    await Promise.all(
      members.map((name) =>
        stack.start({
          name,
          image: 'etcd',
          data: '/var/lib/etcd',
          files: { 'etcd.yml': configuration(name) },
        }),
      ),
    );
    await Promise.all(members.map(untilHealthy));
  }, 120_000);
  afterAll(() => stack?.remove());

  test('what is written through one member is read through another, also after it was killed', async () => {
    await stack.run('etcd-1', 'etcdctl', 'put', '/pgrow', 'there');
    await stack.platform.signalContainer(stack.container('etcd-2'), 'KILL');
    await stack.platform.startContainer(stack.container('etcd-2'));
    await untilHealthy('etcd-2');
    expect(await stack.run('etcd-2', 'etcdctl', 'get', '/pgrow', '--print-value-only')).toBe('there');
  });

  test('a member says which of its peers it sees, and why not the others', async () => {
    const said = await stack.run('etcd-3', 'pgrow-peers', 'etcd-1:2380', 'etcd-1:1', 'etcd-9:2380');
    expect(said.split('\n')).toEqual([
      'etcd-1:1 does not answer (Connection refused)',
      'etcd-1:2380 answers',
      'etcd-9:2380 does not answer (Name or service not known)',
    ]);
  });

  test('a member without a quorum is not healthy', async () => {
    await Promise.all(['etcd-1', 'etcd-2'].map((name) => stack.platform.stopContainer(stack.container(name), 0)));
    await retryUntil('the quorum to be missed', () => expect(stack.run('etcd-3', 'pgrow-alive')).rejects.toThrow());
  });
});
