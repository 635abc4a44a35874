/** PgBouncer: its configuration and its admin console. */
export * from './admin.ts';
export * from './configuration.ts';
