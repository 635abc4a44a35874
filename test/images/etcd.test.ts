import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createEtcdClient, etcdYaml } from '../../src/components/etcd/index.ts';
import type { PeerTls } from '../../src/components/peer.ts';
import { createIdentities, unidentified } from '../support/identities.ts';
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

/** By what one proves itself, without whom it trusts. */
const asked = ({ cert, key }: PeerTls) => ({ cert, key });

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

  describe('with TLS', () => {
    const config = { kind: 'etcd', members: ['etcd-4'], token: 'encrypted' } as const;

    test('a member speaks with no one who does not prove to be of its database', async () => {
      const [identities, others] = await Promise.all([createIdentities(), createIdentities()]);
      await stack.start({
        name: 'etcd-4',
        image: 'etcd',
        data: '/var/lib/etcd',
        files: {
          'etcd.yml': etcdYaml({ node: { name: 'etcd-4', tls: 'allow' }, config }),
          ...(await identities.filesOf('etcd-4')),
        },
      });
      await untilHealthy('etcd-4');

      const peer = await stack.peer('etcd-4', identities.own);
      expect(await createEtcdClient({ peer }).memberNames()).toEqual(['etcd-4']);
      const { tls: _, ...plain } = peer;
      for (const stranger of [plain, unidentified(peer), { ...peer, tls: { ...identities.own, ...asked(others.own) } }])
        await expect(createEtcdClient({ peer: stranger }).get('/pgrow')).rejects.toThrow(
          /etcd on etcd-4 does not answer/,
        );
      const mistaken = { ...peer, tls: { ...identities.own, ca: others.own.ca } };
      await expect(createEtcdClient({ peer: mistaken }).get('/pgrow')).rejects.toThrow(/UNABLE_TO_VERIFY/);

      const said = await stack.run('etcd-4', 'pgrow-peers', 'etcd-4:2380', 'etcd-1:2380', 'etcd-4:1');
      expect(said.split('\n')).toEqual([
        'etcd-1:2380 does not answer',
        'etcd-4:1 does not answer (Connection refused)',
        'etcd-4:2380 answers',
      ]);
    });
  });

  test('a member without a quorum is not healthy', async () => {
    await Promise.all(['etcd-1', 'etcd-2'].map((name) => stack.platform.stopContainer(stack.container(name), 0)));
    await retryUntil('the quorum to be missed', () => expect(stack.run('etcd-3', 'pgrow-alive')).rejects.toThrow());
  });
});
