import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { createMcpServer, type McpOptions } from './server.ts';

/** Serves on standard input and output until the input ends. Nothing else may write to standard output. */
export const serveMcp = async (options: McpOptions): Promise<void> => {
  const server = createMcpServer(options);
  await new Promise<void>((resolve, reject) => {
    Object.assign(server, { onclose: resolve, onerror: ({ message }: Error) => options.log(message) });
    process.stdin.once('end', () => void server.close());
    server.connect(new StdioServerTransport()).catch(reject);
  });
};
