/** What a Patroni node shares with one that runs without Patroni. */
export interface PostgresSettings {
  readonly parameters: Readonly<Record<string, string | number>>;
  readonly hbaLines: readonly string[];
}
