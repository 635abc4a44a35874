import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { addressOf } from '../../domain/addresses.ts';
import { costOf } from '../../domain/cost.ts';
import type { Database } from '../../domain/database.ts';
import type { Prices } from '../../domain/prices.ts';
import { sizeOf } from '../../domain/container-spec.ts';
import { sizeDocument } from '../../domain/server-size.ts';
import { invalidInput } from '../../domain/input-problems.ts';
import { answerChange, findRepeated } from '../accept.ts';
import { askedBy } from '../audit.ts';
import { bodyRules, createBody, protectionBody } from '../bodies.ts';
import { changeRequestOf } from '../change-request.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { changeAnswers } from '../documents/operation.ts';
import { serviceAnswer, servicesAnswer } from '../documents/state.ts';
import { claimUnlessDryRun } from '../idempotency.ts';
import { findDatabase, serviceParams } from '../lookup.ts';
import { pagesOf } from '../pages.ts';
import { parseBody } from '../parse-body.ts';
import { changeHeaders, dryRunRules } from '../query-parameters.ts';
import { startChange } from '../start-change.ts';
import { startOperation } from '../start-operation.ts';

/** By name. */
const pages = pagesOf('services', z.string().max(63), { usual: 1000, most: 1000 });

/** Databases as a whole. */
export const serviceRoutes = (app: FastifyInstance, dependencies: ApiDependencies): void => {
  const { store } = dependencies;
  const services = '/v1/projects/:projectId/services';
  const tags = ['services'];

  app.post(
    services,
    {
      config: { role: 'operator', plansFor: 'viewer', answers: changeAnswers },
      schema: {
        tags,
        summary: 'Create a database',
        querystring: dryRunRules,
        headers: changeHeaders,
        body: bodyRules(createBody),
      },
    },
    async (request, reply) => {
      const { projectId: project } = serviceParams(request);
      const { database: wanted } = parseBody(createBody, request.body);
      const change = changeRequestOf(request);
      const repeated = await findRepeated(dependencies, change);
      if (repeated) return answerChange(reply, repeated);
      const ids = await claimUnlessDryRun(store, change);
      const outcome = await startOperation(dependencies, {
        request: change,
        project,
        database: wanted.name,
        ids,
        workflow: 'createDatabase',
        input: { ...wanted, project },
        present: null,
      });
      return answerChange(reply, outcome);
    },
  );

  app.get(
    services,
    {
      config: { role: 'viewer', polled: true, answers: { 200: servicesAnswer } },
      schema: {
        tags,
        summary: 'Databases of a project, by name',
        querystring: { type: 'object', properties: pages.rules },
      },
    },
    async (request) => {
      const { entries, next } = await store.pageDatabases(serviceParams(request).projectId, pages.read(request));
      return {
        services: entries.map((database) => serviceDocument(database, dependencies.prices)),
        next_cursor: pages.cursor(next),
      };
    },
  );

  app.get(
    `${services}/:serviceId`,
    {
      config: { role: 'viewer', polled: true, answers: { 200: serviceAnswer } },
      schema: { tags, summary: 'One database' },
    },
    async (request) => serviceDocument(await findDatabase(dependencies, serviceParams(request)), dependencies.prices),
  );

  app.patch(
    `${services}/:serviceId`,
    {
      config: { role: 'admin', answers: { 200: serviceAnswer } },
      schema: {
        tags,
        summary: 'Protect a database from being destroyed, or no longer',
        body: bodyRules(protectionBody),
      },
    },
    async (request) => {
      const { protection } = parseBody(protectionBody, request.body);
      const params = serviceParams(request);
      const { id, name, project } = await findDatabase(dependencies, params);
      const action = protection.protected ? 'protect' : 'unprotect';
      const entry = { ...askedBy(request), project, service_id: id, action, details: { database: name } };
      await store.recordAudit(entry);
      await store.protectDatabase(id, protection.protected);
      return serviceDocument(await findDatabase(dependencies, params), dependencies.prices);
    },
  );

  app.delete(
    `${services}/:serviceId`,
    {
      config: { role: 'admin', plansFor: 'viewer', answers: changeAnswers },
      schema: {
        tags,
        summary: 'Destroy a database with all its data',
        querystring: destroyRules,
        headers: changeHeaders,
      },
    },
    async (request, reply) => {
      const { serviceId } = serviceParams(request);
      const outcome = await startChange(dependencies, changeRequestOf(request), serviceId, (database) => {
        refuseUnconfirmed(database, serviceId, (request.query as { confirm?: string }).confirm);
        return { workflow: 'destroyDatabase', input: {} };
      });
      return answerChange(reply, outcome);
    },
  );
};

const destroyRules = {
  type: 'object',
  properties: {
    ...dryRunRules.properties,
    confirm: { type: 'string', description: 'Name of the database, if the path contains its id.' },
  },
} as const;

const serviceDocument = (database: Database, prices: Prices) => {
  const { id, project, name, postgres_major, ports, network, topology, held, restored_from = null } = database;
  return {
    id,
    project,
    name,
    type: 'postgres',
    postgres_major,
    /** Of each of its PostgreSQL servers. */
    size: sizeDocument(sizeOf(database)),
    restored_from,
    stage: topology.stage,
    pooling: topology.pooling !== null,
    stopped: topology.stopped === true,
    protected: database.protected === true,
    /** Whether its record comes from a backup and has not been found to be right. */
    held: held !== undefined,
    /** Null if the engine has chosen it, of a database made before it had one of its own. */
    subnet: network?.subnet ?? null,
    /** Null if applications join the same network as its servers, of a database made before there were two. */
    clients_subnet: network?.clients_subnet ?? null,
    nodes: topology.nodes.map((node) => ({
      name: node.name,
      kind: node.kind,
      container: node.container,
      address: addressOf(network, node),
    })),
    ports,
    monthly_usd: costOf(topology, prices).monthly_usd,
  };
};

/** All data goes: the name has to be typed, in the path or beside it. */
const refuseUnconfirmed = ({ name }: Database, inPath: string, confirm: string | undefined): void => {
  if ((confirm ?? inPath) === name) return;
  throw invalidInput('The request', [
    {
      path: 'confirm',
      value: confirm ?? null,
      allowed: `the name of the database, ${name}: everything in it is removed`,
    },
  ]);
};
