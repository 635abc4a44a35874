/** Patroni: its configuration and its REST API. */
export * from './client.ts';
export * from './patroni-yaml.ts';
