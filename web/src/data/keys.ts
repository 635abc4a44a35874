/** Keys of what is cached. The stream writes to the same ones that the first reading fills. */
export const keys = {
  me: ['me'],
  databases: ['databases'],
  system: ['system'],
  /** Status of a database. */
  database: (project: string, name: string) => ['database', project, name],
  /** What is asked of one database: `ladder`, `events`, `snapshots`, … */
  of: (project: string, name: string, what: string, ...more: readonly unknown[]) => [
    'database',
    project,
    name,
    what,
    ...more,
  ],
  /** What has been edited of a database and not been done. */
  edits: (project: string, name: string) => ['edits', project, name],
  /** What it would mean to release a database that is held. */
  release: (project: string, name: string) => ['release', project, name],
  operation: (id: string) => ['operation', id],
} as const;
