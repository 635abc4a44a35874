export const findingKinds = [
  'operation',
  'container',
  'volume',
  'network',
  'replication_slot',
  'paused_pooler',
  'missing_node',
  'changed_container',
  'stopped_server',
  'rollback_window',
  'held_database',
] as const;

/** A leftover, something on record that is missing, or something left in a state that nothing will end. */
export interface Finding {
  readonly kind: (typeof findingKinds)[number];
  /** Of a slot or pooler with its node: `postgres_4 on postgres-1`. */
  readonly name: string;
  /** Name of the database; null if none is known. */
  readonly database: string | null;
  readonly explanation: string;
  /** Whether it may be removed, or resumed, without a person having looked at it. */
  readonly removable: boolean;
  /** The command that finishes it by hand. */
  readonly command: string;
}
