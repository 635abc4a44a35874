import { applicationName, type PostgresMajor } from '../database.ts';
import { restorationName } from '../naming.ts';
import type { NodesOwner } from '../nodes.ts';
import type { UnpricedPlan } from '../plan.ts';
import type { ServerSize } from '../server-size.ts';
import type { Settings } from '../settings.ts';
import type { Snapshot } from '../snapshot.ts';
import type { Encryption } from '../tls.ts';
import type { Node } from '../topology.ts';
import { planCreate } from './create.ts';
import { step } from './plan-builder.ts';

export interface Restored {
  /** Name of the database whose snapshot it is. */
  readonly source: string;
  readonly postgres_major: PostgresMajor;
  /** What its servers are given in place of our own choice. */
  readonly settings?: Settings;
  /** What an operator had chosen for its servers. */
  readonly chosen_settings?: Settings;
  /** Of its servers, where none is chosen. */
  readonly size?: ServerSize;
  /** How its nodes are made, where that is not chosen. */
  readonly tls?: Encryption;
  readonly snapshot: Pick<Snapshot, 'id' | 'volume' | 'bytes' | 'created_at'>;
}

/** A new database whose first node begins with a copy of a snapshot instead of with nothing. */
export const planRestore = (
  database: NodesOwner,
  { source, snapshot }: Pick<Restored, 'source' | 'snapshot'>,
): UnpricedPlan => ({
  ...planCreate(database, {
    seed: (node) => [
      step(
        'restore',
        `copy snapshot ${snapshot.id} of ${source} to ${node.name}`,
        {
          action: 'restoreSnapshot',
          input: {
            node,
            volume: snapshot.volume,
            renamed: { from: applicationName(source), to: applicationName(database.name) },
          },
        },
        // A container that was still copying goes first: it holds the volume.
        [
          { action: 'removeNode', input: { node: copierOf(node) } },
          { action: 'removeNode', input: { node } },
        ],
      ),
    ],
  }),
  type: 'restore',
  warnings: [
    `Roles other than the application's keep the passwords that they had in ${source}.`,
    'Unlogged tables come back empty, and logical replication slots do not come back.',
  ],
});

/** The container that fills the node's volume and is gone when it has. */
const copierOf = (node: Node): Node => ({
  name: 'restore',
  kind: 'postgres',
  container: restorationName(node),
  volume: null,
});
