/** HAProxy: its configuration, for routers and fronts, and its runtime API. */
export * from './check.ts';
export * from './configuration.ts';
export * from './runtime.ts';
export * from './servers.ts';
