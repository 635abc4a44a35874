import { ports } from '../domain/naming.ts';
import type { Node } from '../domain/topology.ts';
import { armPooler, disarm } from './dead-man.ts';
import type { Dependencies } from './dependencies.ts';
import { resumePoolers } from './hand-back.ts';
import type { Session } from './session.ts';
import { within } from './time-limits.ts';

const resumeLimitMs = 2000;

/** Clients behind poolers that wait, without a transaction on the way to a server that is gone. */
export interface HeldClients {
  /** Lets them go on; let go already is success. */
  release(): Promise<void>;
  close(): void;
}

/**
 * Pauses every pooler that answers, under its dead-man. Transactions under way are not waited for: their server is gone
 * or about to be.
 */
export const holdClients = async (
  { platform, components }: Pick<Dependencies, 'platform' | 'components'>,
  session: Session,
  poolers: readonly Node[],
): Promise<HeldClients> => {
  const connect = async (pooler: Node) =>
    components.pgbouncer.connectPooler({
      host: await session.addressOf(pooler),
      port: ports.pooled,
      password: session.secrets.pooler_admin,
    });
  const held = await Promise.all(
    poolers.map(async (pooler) => {
      try {
        // PAUSE keeps its connection busy until the last transaction has ended; RESUME comes over another.
        const [pausing, resuming] = await Promise.all([connect(pooler), connect(pooler), armPooler(platform, pooler)]);
        void pausing.pause().catch(() => undefined);
        return { pooler, pausing, resuming };
      } catch {
        return null;
      }
    }),
  );
  const answering = held.flatMap((one) => (one ? [one] : []));
  let waiting = true;
  return {
    async release() {
      if (!waiting) return;
      waiting = false;
      await Promise.all(
        answering.map(async ({ pooler, resuming }) => {
          try {
            await within(resumeLimitMs, `${pooler.name}:${ports.pooled} does not resume`, resuming.resume());
            void disarm(platform, [pooler]);
          } catch {
            await resumePoolers(platform, [pooler]);
          }
        }),
      );
    },
    close() {
      for (const { pausing, resuming } of answering) void Promise.all([pausing.end(), resuming.end()]);
    },
  };
};
