import { readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { documentedCommands, readPages, type DocumentedCommand } from '../../test/support/documentation.ts';
import { readOpenApi } from '../../test/support/openapi.ts';

/** Readers send the requests that the documentation shows: route, parameters and body have to be those of the API. */

/** Of curl's options those in use: the ones with a value, and the others. */
const options = { valued: ['-H', '-X', '-d', '--json', '-o'], bare: ['-s', '--no-buffer', '--fail-with-body'] };

const requestOf = ({ words, page }: DocumentedCommand) => {
  const given = new Map<string, string>();
  const addresses: string[] = [];
  const rest = words.slice(1);
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (options.valued.includes(word)) given.set(word, rest.shift() ?? '');
    else if (!options.bare.includes(word)) addresses.push(word);
  }
  const [address] = addresses;
  if (address === undefined || addresses.length > 1)
    throw new Error(`${page}: ${words.join(' ')}: this test expects one address, and the options that it knows`);
  const body = given.get('--json') ?? given.get('-d');
  return {
    method: (given.get('-X') ?? (body === undefined ? 'GET' : 'POST')).toLowerCase(),
    address,
    body: body === undefined ? undefined : (JSON.parse(body) as unknown),
  };
};

const { paths } = await readOpenApi();
const schema = buildSchema(readFileSync(new URL('graphql/schema.graphql', import.meta.url), 'utf8'));
const requests = readPages()
  .flatMap(documentedCommands)
  .filter(({ words }) => words[0] === 'curl')
  .map((command) => ({ ...command, ...requestOf(command) }));
const ofApi = requests.filter(({ address }) => address.startsWith('$PGROW_API/'));

test('only metrics are asked for somewhere else', () => {
  const elsewhere = requests.filter((request) => !ofApi.includes(request)).map(({ address }) => address);
  expect(elsewhere).toEqual(['http://127.0.0.1:9464/metrics']);
});

const routeOf = (method: string, path: string) =>
  Object.entries(paths).find(
    ([template, methods]) => methods[method] && new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
  )?.[1][method];

describe.each(ofApi)('$method $address', ({ method, address, body, page }) => {
  const [path = '', query = ''] = address.replace('$PGROW_API', '').split('?');
  const route = routeOf(method, path);

  test('is a route, with parameters and a body that it takes', () => {
    expect(route, page).toBeDefined();
    const known = (route!.parameters ?? []).map(({ name }) => name);
    expect(known).toEqual(expect.arrayContaining([...new URLSearchParams(query).keys()]));
    const rules = route!.requestBody?.content['application/json']?.schema;
    if (body === undefined) return;
    expect(rules, `${page}: a body where none is taken`).toBeDefined();
    expect(z.fromJSONSchema(rules!).safeParse(body).error, page).toBeUndefined();
  });
});

test.each(ofApi.filter(({ address }) => address.endsWith('/graphql')))(
  '$body.query asks for what the schema has',
  ({ body }) => expect(validate(schema, parse((body as { query: string }).query))).toEqual([]),
);
