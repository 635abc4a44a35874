/** Every page there is, by its address. Databases are those of the world. */
export const routes = [
  '/',
  '/new',
  '/system',
  '/signin',
  '/nowhere',
  '/p/default/nothing',
  '/p/default/shop',
  '/p/default/shop/metrics',
  '/p/default/shop/queries',
  '/p/default/shop/backups',
  '/p/default/shop/scale',
  '/p/default/shop/settings',
  '/p/default/shop/operations',
  '/p/default/shop/events',
  '/p/default/shop/logs',
  '/p/default/shop/cost',
  '/p/default/shop/connect',
] as const;

/** The same pages of databases that are otherwise. */
export const states = [
  '/p/default/sandbox',
  '/p/default/sandbox/scale',
  '/p/default/reports',
  '/p/default/legacy',
  '/p/default/archive',
  '/p/default/staging',
  '/p/default/ledger',
  '/p/default/billing',
  '/p/default/billing/scale',
  '/p/default/forum/settings',
  '/p/default/wiki',
] as const;

/** Of the operations that are going on or have ended badly. */
export const operationsOf = ['billing', 'orders', 'media', 'ledger', 'shop', 'invoices', 'wiki'] as const;
