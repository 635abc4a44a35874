import type { z } from 'zod';
import { createApi } from '../../src/api/api.ts';

interface Route {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> };
}
type JsonSchema = Parameters<typeof z.fromJSONSchema>[0];

/** The OpenAPI document as the API serves it, of which nothing runs. */
export const readOpenApiText = async (): Promise<string> => {
  const unused = { store: {}, client: {}, prices: {}, addresses: {} };
  const app = await createApi({ ...unused, hosts: null, console: null, version: '1', home: '1a2b3c4d' } as never);
  const { body } = await app.inject('/openapi.json');
  await app.close();
  return body;
};

export const readOpenApi = async () =>
  JSON.parse(await readOpenApiText()) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, Route>>>>;
  };
