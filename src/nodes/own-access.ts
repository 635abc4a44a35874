import { applicationName, type Database } from '../domain/database.ts';
import type { NodeRef } from '../domain/topology.ts';
import type { KnownRoles, OwnPasswords, PostgresConnection } from '../components/postgres/index.ts';
import type { NodeDependencies } from './dependencies.ts';

interface Inputs {
  readonly dependencies: NodeDependencies;
  readonly database: Pick<Database, 'id' | 'name' | 'topology' | 'postgres_major'>;
  readonly passwords: OwnPasswords;
  /** A superuser's connection that does not restore anything itself. */
  readonly connect: (node: NodeRef, database: string) => Promise<PostgresConnection>;
}

/** Milliseconds until a database is checked again after nothing had to be changed: the login is refused for another reason. */
const againAfterMs = 1000;

/** By database: many ask at once. */
const underWay = new Map<string, Promise<boolean>>();
const inVainUntil = new Map<string, number>();

/**
 * Restores the passwords and rights of pgrow's own roles, whatever was done to them. It uses the socket of a node, which
 * admits the machine's own user by peer authentication (`pgHba`), so no password is needed. Only a primary can do this; the
 * others receive it by replication.
 * @param first a node to ask before all others: during an operation the primary may not be on record
 * @returns whether anything had to be changed: then a refused login may succeed
 */
export const restoreOwnAccess = async (inputs: Inputs, first: NodeRef | null): Promise<boolean> => {
  const { id } = inputs.database;
  if (performance.now() < (inVainUntil.get(id) ?? 0)) return false;
  const present = underWay.get(id);
  if (present) return present;
  const attempt = restore(inputs, first)
    .catch(() => false)
    .finally(() => underWay.delete(id));
  underWay.set(id, attempt);
  const changed = await attempt;
  if (!changed) inVainUntil.set(id, performance.now() + againAfterMs);
  return changed;
};

const restore = async (inputs: Inputs, first: NodeRef | null): Promise<boolean> => {
  const { nodes, kept } = inputs.database.topology;
  const servers = [...nodes, ...kept].filter(({ kind }) => kind === 'postgres');
  for (const node of [...(first ? [first] : []), ...servers]) {
    const outcome = await restoreOn(inputs, node).catch(() => null);
    if (outcome === null) continue;
    // Without a node it was a probe that was refused: its role may be fine and its database closed.
    const mended = outcome === 'changed' || first === null;
    if (mended) await letProbesIn(inputs, node).catch(() => undefined);
    return mended;
  }
  return false;
};

/** Null if it cannot be done. */
const restoreOn = async (
  { dependencies: { platform, components }, database, passwords }: Inputs,
  { container }: NodeRef,
): Promise<'changed' | 'unchanged' | null> => {
  const { ownRolesQuery, ownRolesScript } = components.postgres;
  if (!(await platform.inspectContainer(container))?.running) return null;
  const answer = await platform.exec(container, psql, ownRolesQuery);
  if (answer.exitCode !== 0) return null;
  const known = JSON.parse(answer.stdout) as KnownRoles;
  if (known.standby) return null;
  const script = ownRolesScript(known.roles, passwords, database.postgres_major);
  if (script === '') return 'unchanged';
  return (await platform.exec(container, psql, script)).exitCode === 0 ? 'changed' : null;
};

/** Reads no file of the user; runs all statements or none. */
const psql = ['psql', '-XAtq', '-1', '-v', 'ON_ERROR_STOP=1', '-U', 'postgres', '-d', 'postgres'];

/** A database that is being created has no table of probes yet; it is created with its roles. */
const letProbesIn = async ({ dependencies: { components }, database, connect }: Inputs, node: NodeRef) => {
  const connection = await connect(node, applicationName(database.name)).catch(() => null);
  if (!connection) return;
  try {
    await components.postgres.ensureProbe(connection);
  } finally {
    await connection.end();
  }
};
