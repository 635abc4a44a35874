/**
 * A database whose record comes from a backup of the control plane. Until the record has been found to be what its nodes
 * are, nothing acts on it: it may describe nodes that are gone, and not know the one that holds the newest data.
 */
export interface Held {
  /** When the backup was taken, ISO 8601. */
  readonly taken_at: string;
  /** ISO 8601; null if record and nodes have not been compared yet. */
  readonly compared_at: string | null;
  readonly differences: readonly Difference[];
}

export interface Difference {
  /** What differs: which operation was the last one, how far it has come, the nodes, or which of them takes writes. */
  readonly of: 'operation' | 'progress' | 'nodes' | 'primary';
  /** A sentence. */
  readonly text: string;
}
