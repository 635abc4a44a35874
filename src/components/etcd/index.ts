/** etcd: its configuration and its JSON gateway. */
export * from './client.ts';
export * from './etcd-yaml.ts';
