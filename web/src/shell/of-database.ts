/** What every page of a database is given. */
export interface OfDatabase {
  readonly project: string;
  readonly name: string;
}

/** `/p/default/shop`, `/p/default/shop/scale`. */
export const databasePath = (project: string, name: string, page = ''): string =>
  `/p/${encodeURIComponent(project)}/${encodeURIComponent(name)}${page === '' ? '' : `/${page}`}`;
