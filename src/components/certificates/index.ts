/** X.509: a database's own certificate authority, and what it issues. */
export * from './authority.ts';
export * from './check-pair.ts';
export * from './served.ts';
