import type { CutOver } from '../domain/actions.ts';
import { messageOf, PgrowError } from '../domain/errors.ts';
import { ports } from '../domain/naming.ts';
import type { PrimaryConfig } from '../domain/node-config.ts';
import type { PostgresConnection } from '../components/postgres/index.ts';
import type { Dependencies } from './dependencies.ts';
import { nodeFiles } from './node-files.ts';
import type { Session } from './session.ts';

/** The one part in which hand-overs differ: how the successor comes to take writes. */
export interface Promotion {
  /** Before clients wait: nobody else may elect or restart anything meanwhile. */
  prepare(): Promise<void>;
  /** May be repeated: promoting what is promoted already is success. */
  promote(): Promise<void>;
  /** While clients still wait: whatever becomes of the successor's process, it comes back as a primary. */
  settle(): Promise<void>;
}

interface Inputs {
  readonly dependencies: Pick<Dependencies, 'platform' | 'components'>;
  readonly session: Session;
  readonly input: CutOver;
  /** A superuser's connection to the successor. */
  readonly successor: PostgresConnection;
  /** Its address: to ask the engine for it would be time in which clients wait. */
  readonly host: string;
}

export const promotionOf = (inputs: Inputs): Promotion => {
  switch (inputs.input.promotion) {
    case 'standby_cluster':
      return ofStandbyCluster(inputs);
    case 'standby':
      return ofStandby(inputs);
    default:
      return inputs.input.promotion satisfies never;
  }
};

/** Patroni promotes its standby leader as soon as the cluster is no longer a standby of anybody. */
const ofStandbyCluster = ({ dependencies: { components }, host }: Inputs): Promotion => ({
  async prepare() {},
  async promote() {
    const client = components.patroni.createPatroniClient({ host });
    try {
      await client.patchConfig({ standby_cluster: null });
    } finally {
      await client.close();
    }
  },
  async settle() {},
});

/** A plain standby is promoted by itself, once no Patroni is left that could promote another. */
const ofStandby = ({ dependencies: { platform, components }, session, input, successor }: Inputs): Promotion => {
  const { postgres } = components;
  return {
    prepare: () => tellPatroni({ platform, components }, session, input, whileHandingOver),
    async promote() {
      await postgres.promote(successor);
    },
    async settle() {
      const config: PrimaryConfig = { kind: 'postgres', mode: 'primary', synchronous_standbys: [] };
      const configured = { node: input.to, config };
      const files = nodeFiles(components, session, configured, { gateway: '', attempt: 1 });
      await platform.putFiles(input.to.container, files);
      await postgres.reloadConfiguration(successor);
    },
  };
};

/** Instead of promoting: Patroni, if it was paused for a plain standby's sake, watches over its cluster again. */
export const callOffPromotion = (
  dependencies: Inputs['dependencies'],
  session: Session,
  input: CutOver,
): Promise<void> => tellPatroni(dependencies, session, input, { pause: null });

/** Once the old primary serves again: from now on it is failed over from, not restarted. */
export const settleCallOff = (dependencies: Inputs['dependencies'], session: Session, input: CutOver): Promise<void> =>
  tellPatroni(dependencies, session, input, { primary_start_timeout: 0 });

/**
 * Paused, Patroni elects nobody while its leader is stopped. Should the hand-over be called off, it must start that
 * leader again instead of failing over from it: hence the time for a restart. Seconds.
 */
const whileHandingOver = { pause: true, primary_start_timeout: 300 };

/** Any member can tell the cluster. Nothing to tell where Patroni only takes over. */
const tellPatroni = async (
  { components }: Inputs['dependencies'],
  session: Session,
  { members, promotion }: CutOver,
  patch: Readonly<Record<string, unknown>>,
): Promise<void> => {
  if (members.length === 0 || promotion !== 'standby') return;
  const reasons: string[] = [];
  for (const member of members) {
    try {
      const client = components.patroni.createPatroniClient({ host: await session.addressOf(member) });
      await client.patchConfig(patch);
      await client.close();
      return;
    } catch (error) {
      reasons.push(messageOf(error));
    }
  }
  throw new PgrowError('not_ready', `Patroni cannot be told ${JSON.stringify(patch)}: ${reasons.join(' ')}`);
};

/** Where a hand-over's probes go. */
export const writeRoutes = async (session: Session, { routers, to }: CutOver) =>
  routers.length > 0
    ? Promise.all(
        routers.map(async (router) => ({ host: await session.addressOf(router), port: ports.readWrite as number })),
      )
    : [{ host: await session.addressOf(to), port: ports.postgres as number }];
