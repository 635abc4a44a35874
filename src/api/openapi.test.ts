import { createConfig, lintFromString } from '@redocly/openapi-core';
import { expect, test } from 'vitest';
import { readOpenApiText } from '../../test/support/openapi.ts';
import { operationIdOf } from './answers.ts';
import type { Link } from './links.ts';

/** Generators of clients and documentation read this document. */

test('the OpenAPI document is valid, and says of every route what it answers', async () => {
  const config = await createConfig({ extends: ['recommended'] });
  const problems = await lintFromString({ source: await readOpenApiText(), absoluteRef: 'openapi.json', config });
  expect(problems.map(({ ruleId, message, location }) => `${location[0]?.pointer}: ${message} (${ruleId})`)).toEqual(
    [],
  );
});

test('every operation has a name that stays', async () => {
  const { paths } = JSON.parse(await readOpenApiText()) as {
    paths: Record<string, Record<string, { operationId: string }>>;
  };
  const names = Object.values(paths).flatMap((path) => Object.values(path).map(({ operationId }) => operationId));
  expect(new Set(names).size).toBe(names.length);
  const postgres = '/v1/projects/:projectId/services/:serviceId/postgres';
  expect(
    [
      ['GET', '/v1/projects/:projectId/services'],
      ['DELETE', '/v1/projects/:projectId/services/:serviceId'],
      ['POST', `${postgres}/scale-down`],
      ['GET', `${postgres}/operations/:operationId/progress`],
      ['DELETE', '/v1/tokens/:tokenId'],
      ['GET', '/v1/notifications/deliveries/:deliveryId'],
    ].map(([method = '', url = '']) => operationIdOf(method, url)),
  ).toEqual([
    'getServices',
    'deleteService',
    'postPostgresScaleDown',
    'getPostgresOperationProgress',
    'deleteToken',
    'getNotificationsDelivery',
  ]);
});

test('every link leads to an operation that there is, with parameters that it takes', async () => {
  interface Described {
    readonly operationId: string;
    readonly parameters?: readonly { readonly name: string }[];
    readonly responses: Record<string, { readonly links?: Record<string, Link> }>;
  }
  const { paths } = JSON.parse(await readOpenApiText()) as { paths: Record<string, Record<string, Described>> };
  const operations = Object.values(paths).flatMap((path) => Object.values(path));
  const taken = new Map(operations.map((each) => [each.operationId, each.parameters?.map(({ name }) => name) ?? []]));
  const links = operations.flatMap(({ responses }) =>
    Object.values(responses).flatMap((each) => Object.values(each.links ?? {})),
  );
  expect(links.length).toBeGreaterThan(50);
  for (const { operationId, parameters } of links)
    expect(taken.get(operationId), operationId).toEqual(expect.arrayContaining(Object.keys(parameters)));
});
