import type { NodeRef } from '../domain/topology.ts';
import { tellCopyFacts, type Unknown } from '../domain/copy-facts.ts';
import { messageOf, PgrowError, type ErrorCode, withoutStop } from '../domain/errors.ts';
import { ports } from '../domain/naming.ts';
import type { NodeDependencies } from '../nodes/dependencies.ts';
import type { Session } from '../nodes/session.ts';

interface Copy {
  readonly from: NodeRef;
  readonly to: NodeRef;
}

/** Milliseconds for a check that takes two seconds by itself. */
const lookLimitMs = 10_000;

/** Errors that copying may have caused. */
const explained: readonly ErrorCode[] = ['node_failed', 'not_ready'];

/** Adds to the error of a failed copy the facts that an operator checks first. @throws the error, explained */
export const explainCopy =
  ({ platform, components }: NodeDependencies, session: Session, { from, to }: Copy) =>
  async (error: unknown): Promise<never> => {
    if (!(error instanceof PgrowError) || !explained.includes(error.code)) throw error;
    const { postgres } = components;
    const known = async <T>(fact: Promise<T>): Promise<T | Unknown> =>
      fact.catch((reason: unknown) => ({ because: withoutStop(messageOf(reason)) }));
    const [freeBytes, sizeBytes, slots, reached] = await Promise.all([
      known(platform.freeBytes()),
      known(session.asSuperuser(from, postgres.databaseSizeBytes)),
      known(session.asSuperuser(from, postgres.readSlots)),
      known(
        platform.exec(
          to.container,
          ['pg_isready', '-h', from.name, '-p', String(ports.postgres), '-t', '2'],
          undefined,
          {
            timeoutMs: lookLimitMs,
          },
        ),
      ),
    ]);
    const facts = tellCopyFacts({
      source: from.name,
      freeBytes,
      sizeBytes,
      slots,
      reached:
        'because' in reached
          ? `${to.name} does not run, so it cannot be asked`
          : `${to.name} says: ${(reached.stdout || reached.stderr).trim()}`,
    });
    throw new PgrowError(error.code, `${withoutStop(error.message.trim())}. ${facts}`, { cause: error });
  };
