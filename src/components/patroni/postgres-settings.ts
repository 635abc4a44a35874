/** What a Patroni node shares with one that runs without Patroni. */
export interface PostgresSettings {
  readonly parameters: Readonly<Record<string, string | number>>;
  readonly hbaLines: readonly string[];
  /** How a server connects to another of its database, as libpq takes it. Default: in plain text. */
  readonly toServers?: Readonly<Record<string, string>>;
}
