import type { AddressInfo } from 'node:net';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { onTestFinished } from 'vitest';
import { createApiClient } from '../../src/cli/api-client.ts';
import { createMcpServer } from '../../src/mcp/server.ts';
import type { ApiUnderTest } from './api-under-test.ts';

/** What a tool has answered. */
export interface ToolAnswer {
  readonly isError: boolean;
  readonly texts: readonly string[];
  readonly answer: Readonly<Record<string, unknown>>;
}

export interface McpClient {
  readonly client: Client;
  call(
    name: string,
    args: object,
    options?: { readonly onprogress?: (progress: unknown) => void },
  ): Promise<ToolAnswer>;
}

/** Where the API under test listens from now on. */
export const listen = async ({ app }: Pick<ApiUnderTest, 'app'>): Promise<string> => {
  await app.listen({ host: '127.0.0.1', port: 0 });
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
};

/** A client that has asked for the tools there are, and checks each answer with the schema of its tool. */
export const withTools = async (client: Client): Promise<McpClient> => {
  await client.listTools();
  return {
    client,
    async call(name, args, options) {
      const result = await client.callTool({ name, arguments: { ...args } }, undefined, options);
      return {
        isError: result.isError === true,
        texts: (result.content as { text: string }[]).map(({ text }) => text),
        answer: (result.structuredContent ?? {}) as Record<string, unknown>,
      };
    },
  };
};

/** The tools over the API under test, which listens from now on. */
export const connectTools = async (api: ApiUnderTest, token = api.admin): Promise<McpClient> => {
  const url = await listen(api);
  const server = createMcpServer({
    connect: () => createApiClient({ url, token }),
    version: '0.1.0 (tests)',
    project: 'default',
    log: (line) => {
      throw new Error(line);
    },
  });
  const client = new Client({ name: 'tests', version: '1' });
  const [here, there] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(there), client.connect(here)]);
  onTestFinished(() => client.close());
  return withTools(client);
};
