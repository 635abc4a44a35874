import { buildSchema, findBreakingChanges, findDangerousChanges, printSchema } from 'graphql';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { ApiDependencies } from '../dependencies.ts';
import { createSchema } from './schema.ts';

// Clients are generated from it. After a change that is meant: npx vitest run src/api/graphql/schema.test.ts -u
test('the schema is the one that is checked in', async () => {
  const schema = createSchema({} as ApiDependencies);
  const recorded = buildSchema(await readFile(new URL('schema.graphql', import.meta.url), 'utf8'));
  const changes = [...findBreakingChanges(recorded, schema), ...findDangerousChanges(recorded, schema)];
  const what = changes.map(({ type, description }) => `${type}: ${description}`).join('\n') || 'nothing for clients';
  await expect(`${printSchema(schema)}\n`, `it changes ${what}`).toMatchFileSnapshot('schema.graphql');
});
