/** What nothing accounts for, what is on record and not there, and what has been left in a state that nothing will end. */
export interface Finding {
  readonly kind:
    | 'operation'
    | 'container'
    | 'volume'
    | 'network'
    | 'replication_slot'
    | 'paused_pooler'
    | 'missing_node'
    | 'changed_container'
    | 'rollback_window';
  /** Of a slot or pooler with its node: `postgres_4 on postgres-1`. */
  readonly name: string;
  /** Name of the database; null if none is known. */
  readonly database: string | null;
  readonly explanation: string;
  /** Whether it may be removed, or resumed, without anybody having looked at it. */
  readonly removable: boolean;
  /** What finishes it by hand. */
  readonly command: string;
}
