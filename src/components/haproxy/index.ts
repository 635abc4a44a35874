/** HAProxy: its configuration, for routers and fronts, and its runtime API. */
export * from './configuration.ts';
export * from './runtime.ts';
export * from './servers.ts';
