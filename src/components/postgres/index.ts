/** PostgreSQL: its configuration and what we ask of it by SQL. */
export * from './administration.ts';
export * from './connection.ts';
export * from './facts.ts';
export * from './fingerprint.ts';
export * from './hand-over-looks.ts';
export * from './lsn.ts';
export * from './own-roles.ts';
export * from './parameters.ts';
export * from './promotion.ts';
export * from './reading.ts';
export * from './receiver.ts';
export * from './replay.ts';
export * from './replication.ts';
export * from './roles.ts';
export * from './scram.ts';
export * from './self-report.ts';
export * from './settings.ts';
