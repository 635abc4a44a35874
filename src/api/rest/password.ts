import type { FastifyInstance } from 'fastify';
import { applicationName } from '../../domain/database.ts';
import { PgrowError } from '../../domain/errors.ts';
import { passwordProblem } from '../../domain/password.ts';
import { askedBy } from '../audit.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { passwordAnswer } from '../documents/history.ts';
import { findDatabase, serviceParams } from '../lookup.ts';
import { asObject } from '../parse-body.ts';
import { refuseWhileRunning } from '../start-operation.ts';

/** The application's password is the application's: pgrow records a new one, so that `url` and `connect` are right. */
export const passwordRoutes = (app: FastifyInstance, dependencies: ApiDependencies): void => {
  const { store, tryPassword } = dependencies;
  app.post(
    '/v1/projects/:projectId/services/:serviceId/postgres/password',
    {
      config: { role: 'operator', answers: { 200: passwordAnswer } },
      schema: {
        tags: ['state'],
        summary: 'Record the password that was set for the application role',
        body: {
          type: 'object',
          required: ['password'],
          additionalProperties: false,
          properties: { password: { type: 'string', minLength: 1, format: 'password' } },
        },
      },
    },
    async (request) => {
      const database = await findDatabase(dependencies, serviceParams(request));
      const { password } = asObject(request.body);
      const problem = passwordProblem(password);
      // Not as a problem of the body: those show the value.
      if (problem !== null || typeof password !== 'string')
        throw new PgrowError('invalid_input', `The password is not recorded: ${problem}.`);
      // A rotation that runs has its own, and the poolers would be shown both.
      await refuseWhileRunning(dependencies, database);
      const role = applicationName(database.name);
      const answer = await tryPassword(database, password);
      if (answer !== 'accepted')
        throw new PgrowError('refused', `The password is not recorded: ${whyNot[answer](role, database.name)}`);
      await store.recordAudit({
        ...askedBy(request),
        project: database.project,
        service_id: database.id,
        action: 'password',
        details: { role, database: database.name },
      });
      await store.replaceSecret(database.id, 'application', password);
      return { role };
    },
  );
};

const whyNot = {
  refused: (role: string) =>
    `the server refuses it for the role ${role}. Give the one that was set there, or set it first: ALTER ROLE ${role} PASSWORD …`,
  unknown: (_: string, name: string) =>
    `no server of ${name} answered. Check its state and try again: ./pgrow status ${name}`,
};
