import { expect, test } from 'vitest';
import { etcdYaml } from './etcd-yaml.ts';

test('etcd forms one cluster of exactly its members, under a token of its own', () => {
  const config = { kind: 'etcd', members: ['etcd-1', 'etcd-2', 'etcd-3'], token: 'shop-7' } as const;
  expect(JSON.parse(etcdYaml({ node: { name: 'etcd-2' }, config }))).toMatchObject({
    name: 'etcd-2',
    'initial-cluster': 'etcd-1=http://etcd-1:2380,etcd-2=http://etcd-2:2380,etcd-3=http://etcd-3:2380',
    'initial-cluster-token': 'shop-7',
    'initial-advertise-peer-urls': 'http://etcd-2:2380',
  });
});

test('its members find each other by address where they have one', () => {
  const config = { kind: 'etcd', members: ['etcd-1', 'etcd-2'], token: 'shop-7' } as const;
  const peerHost = (name: string) => name.replace('etcd-', '10.48.4.');
  expect(JSON.parse(etcdYaml({ node: { name: 'etcd-2' }, config, peerHost }))).toMatchObject({
    name: 'etcd-2',
    'initial-cluster': 'etcd-1=http://10.48.4.1:2380,etcd-2=http://10.48.4.2:2380',
    'initial-advertise-peer-urls': 'http://10.48.4.2:2380',
    'advertise-client-urls': 'http://10.48.4.2:2379',
  });
});

test('with TLS it speaks nothing else, and only with those who prove to be of its database', () => {
  const config = { kind: 'etcd', members: ['etcd-1', 'etcd-2'], token: 'shop-7' } as const;
  const security = {
    'cert-file': '/etc/pgrow/node.pem',
    'key-file': '/etc/pgrow/node.pem',
    'trusted-ca-file': '/etc/pgrow/ca.pem',
    'client-cert-auth': true,
  };
  expect(JSON.parse(etcdYaml({ node: { name: 'etcd-2', tls: 'allow' }, config }))).toMatchObject({
    'listen-client-urls': 'https://0.0.0.0:2379',
    'advertise-client-urls': 'https://etcd-2:2379',
    'listen-peer-urls': 'https://0.0.0.0:2380',
    'initial-advertise-peer-urls': 'https://etcd-2:2380',
    'initial-cluster': 'etcd-1=https://etcd-1:2380,etcd-2=https://etcd-2:2380',
    'client-transport-security': security,
    'peer-transport-security': security,
  });
  expect(etcdYaml({ node: { name: 'etcd-2' }, config })).not.toMatch(/https|security|metrics/);
});
