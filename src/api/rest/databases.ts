import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { chooseFleet, fleetSorts, type FleetSort } from '../../domain/choose-fleet.ts';
import { fleetEntry } from '../../domain/fleet.ts';
import { healths } from '../../domain/live-state.ts';
import { stages } from '../../domain/stage.ts';
import { allProjects } from '../../domain/tokens.ts';
import { callerOf } from '../auth.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { databasesAnswer } from '../documents/fleet.ts';
import { pagesOf } from '../pages.ts';
import { choicesRule, isSet, readChoice, readChoices, readText } from '../query-parameters.ts';

const position = z.strictObject({ key: z.number(), name: z.string() });
/** A cursor belongs to one order. */
const pages = Object.fromEntries(
  fleetSorts.map((sort) => [sort, pagesOf(`databases by ${sort}`, position, { usual: 500, most: 1000 })]),
) as Record<FleetSort, ReturnType<typeof pagesOf<z.infer<typeof position>>>>;

/** Databases of all the caller's projects, without a question to any node. */
export const databaseRoutes = (app: FastifyInstance, { store, prices }: ApiDependencies): void => {
  app.get(
    '/v1/databases',
    {
      config: { role: 'viewer', polled: true, answers: { 200: databasesAnswer } },
      schema: {
        tags: ['control plane'],
        summary: 'Databases of all projects, from the record and from what the monitor has seen last',
        querystring: { type: 'object', properties: { ...rules, ...pages.attention.rules } },
      },
    },
    async (request) => {
      const { project } = callerOf(request);
      const sort = readChoice(request, 'sort', fleetSorts) ?? 'attention';
      const query = {
        q: readText(request, 'q'),
        healths: readChoices(request, 'health', healths),
        stages: readChoices(request, 'stage', stages.map(String))?.map((text) => stages[Number(text)]!),
        attention: isSet(request, 'attention'),
        sort,
        ...pages[sort].read(request),
      };
      const fleet = await store.readFleet(project === allProjects ? {} : { project });
      const { entries, total, next } = chooseFleet(
        fleet.map((record) => fleetEntry(record, prices)),
        query,
      );
      return { databases: entries, total, next_cursor: pages[sort].cursor(next) };
    },
  );
};

const rules = {
  q: { type: 'string', description: 'Part of a name or of a project, or the beginning of an id.' },
  health: choicesRule(healths, 'Only with one of these, separated by commas.'),
  stage: choicesRule(stages.map(String), 'Only at one of these, separated by commas.'),
  attention: { type: 'boolean', description: 'Only those that someone should look at.' },
  sort: {
    type: 'string',
    enum: fleetSorts,
    default: 'attention',
    description: 'The most urgent first, by name, the newest, the dearest, or the one furthest behind.',
  },
};
