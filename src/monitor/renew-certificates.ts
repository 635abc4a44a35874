import type { PgrowClient } from '../client/client.ts';
import { isDue } from '../domain/certificate-age.ts';
import type { Database } from '../domain/database.ts';
import { isSilence, PgrowError } from '../domain/errors.ts';
import { tlsPorts } from '../domain/tls-ports.ts';
import type { Node } from '../domain/topology.ts';
import { openSession, type Session } from '../nodes/session.ts';
import type { MonitorDependencies } from './dependencies.ts';
import { everyDatabase } from './every-database.ts';

const hourMs = 3_600_000;
/** Milliseconds after which one that could not be renewed, or was called off, is tried again. */
const tryAgainAfterMs = 24 * hourMs;
/** For a port to show its certificate. */
const showWithinMs = 2000;

/** Certificates end by themselves, and are renewed by themselves long before: by the operation that an operator would start. */
export const renewCertificates = (
  dependencies: MonitorDependencies & { readonly client: Pick<PgrowClient, 'start'> },
  signal: AbortSignal,
  { everyMs = hourMs, now = Date.now } = {},
): Promise<void> => {
  const { store, client, log } = dependencies;
  const triedAt = new Map<string, number>();
  const lookAt = async (database: Database): Promise<void> => {
    const { id, name, topology } = database;
    if (now() - (triedAt.get(id) ?? -Infinity) < tryAgainAfterMs || (await store.isBusy(id))) return;
    const session = await openSession(dependencies, id);
    const ends = await Promise.all(
      [...topology.nodes, ...topology.kept].map((node) => endOf(dependencies, session, node)),
    );
    if (!ends.some((end) => end !== null && isDue(end, now()))) return;
    triedAt.set(id, now());
    log.info({ database: name }, 'renewing certificates');
    const input = { service_id: id, actor: 'certificate_renewal', what: 'certificates' } as const;
    await client.start('rotateDatabase', input, { database: name, stage: topology.stage });
  };
  const of = ({ topology }: Database) => topology.tls !== undefined && !topology.stopped;
  return everyDatabase(dependencies, { otherwise: 'certificates not looked at', everyMs, signal, of }, lookAt);
};

/** When the first of its certificates ends; null of a node that does not answer: it may be renewed with the others. */
const endOf = async (
  { components: { certificates } }: Pick<MonitorDependencies, 'components'>,
  session: Session,
  node: Node,
): Promise<Date | null> => {
  if (node.tls === undefined) return null;
  try {
    const peer = await session.peer(node);
    const served = await Promise.all(
      tlsPorts[node.kind].map((where) => certificates.readServed(peer, where, showWithinMs)),
    );
    return served.map(({ expiresAt }) => expiresAt).toSorted((a, b) => a.getTime() - b.getTime())[0] ?? null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'CERT_HAS_EXPIRED') return new Date(0);
    if (error instanceof PgrowError && !isSilence(error)) throw error;
    return null;
  }
};
