import { applicationName } from '../domain/database.ts';
import { messageOf, PgrowError, withoutStop } from '../domain/errors.ts';
import type { Node } from '../domain/topology.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { openSession } from '../nodes/session.ts';
import type { PostgresConnection } from '../components/postgres/index.ts';
import type { Action, ActionStep } from './step-activity.ts';

/** Extensions in the application's database, created by pgrow: most of them only a superuser can create. */
export const extensionActions = (dependencies: Dependencies) => {
  const { createExtension, dropExtension } = dependencies.components.postgres;

  const inApplication = async (
    node: Node,
    { database: id }: Pick<ActionStep, 'database'>,
    use: (connection: PostgresConnection) => Promise<void>,
  ): Promise<void> => {
    const session = await openSession(dependencies, id);
    await session.asSuperuserIn(node, applicationName(session.database.name), use);
  };

  const ensureExtension: Action<'ensureExtension'> = ({ node, extension }, step) =>
    inApplication(node, step, async (connection) => {
      await createExtension(connection, extension).catch((error: unknown) => {
        throw refusedWith(error, `${node.name} does not create the extension ${extension}`);
      });
    });

  const removeExtension: Action<'removeExtension'> = ({ node, extension, unless_needed = false }, step) =>
    inApplication(node, step, async (connection) => {
      await dropExtension(connection, extension).catch((error: unknown) => {
        const refusal = refusedWith(error, `${node.name} does not remove the extension ${extension}`);
        // What an application has begun to use meanwhile is no reason to call for an operator.
        const isToStay = unless_needed || step.direction === 'undo';
        if (!isToStay || refusal.code !== 'refused') throw refusal;
        step.remark(node.name, `${node.name} keeps the extension ${extension}: ${serverSays(error)}`);
      });
    });

  return { ensureExtension, removeExtension };
};

/** What the server has refused it will refuse again; anything else may pass. */
const refusedWith = (error: unknown, what: string): PgrowError => {
  if (error instanceof PgrowError && error.code !== 'internal') return error;
  return new PgrowError('refused', `${what}: ${withoutStop(serverSays(error))}.`, { cause: error });
};

/** The server's own sentence, without the address that the client puts before it. */
const serverSays = (error: unknown): string => {
  const { cause } = error as { readonly cause?: unknown };
  return messageOf(cause instanceof Error ? cause : error);
};
