import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  CallToolRequestSchema,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
  type CallToolResult,
  type Tool as ListedTool,
} from '@modelcontextprotocol/sdk/types.js';
import { published, type Published } from '../api/documents/published.ts';
import type { ApiAddress, ApiClient } from '../cli/api-client.ts';
import { PgrowError } from '../domain/errors.ts';
import { rulesOf } from '../domain/input-problems.ts';
import { asText, failedCall } from './failed-call.ts';
import { instructionsFor } from './instructions.ts';
import type { Call, Caller, Reply, Tool } from './tool.ts';
import { allTools, stranger, toolsFor } from './tools.ts';

export interface McpOptions {
  /** Called for each request, so that a token which was replaced, or a control plane which was started, is found. */
  readonly connect: (options?: Pick<ApiAddress, 'timeoutMs'>) => ApiClient;
  readonly version: string;
  /** Whose databases the tools are about. */
  readonly project: string;
  /** Hears of what goes wrong inside. */
  readonly log: (line: string) => void;
}

/** How long the list of tools waits for the role of the token, in milliseconds. */
const callerTimeoutMs = 5_000;

/**
 * Tools of the Model Context Protocol over the API. The token's role decides which ones are listed; each call is decided by
 * the API.
 */
export const createMcpServer = ({ connect, version, project, log }: McpOptions): Server => {
  const server = new Server(
    { name: 'pgrow', title: 'pgrow', version },
    { capabilities: { tools: { listChanged: true } }, instructions: instructionsFor(project) },
  );
  /** Null where the API did not say; undefined before the first list. */
  let listedFor: Caller | null | undefined;
  const readCaller = (): Promise<Caller | null> =>
    // In a promise of its own: without a control plane there is nothing to connect to.
    Promise.resolve()
      .then(() => connect({ timeoutMs: callerTimeoutMs }).get<Caller>('/v1/me'))
      .catch(() => null);
  /** The control plane has been started since, or the token was replaced. */
  const listAgain = async (): Promise<void> => {
    const caller = await readCaller();
    if (!caller || (caller.role === listedFor?.role && caller.project === listedFor.project)) return;
    listedFor = caller;
    await server.sendToolListChanged();
  };

  server.setRequestHandler(ListToolsRequestSchema, async () => {
    listedFor = await readCaller();
    return { tools: toolsFor(listedFor ?? stranger).map(listed) };
  });

  server.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal, sendNotification }) => {
    const tool = allTools.find(({ name }) => name === params.name);
    if (!tool) throw new McpError(ErrorCode.InvalidParams, `There is no tool ${params.name}.`);
    const { _meta: meta } = params;
    const token = meta?.progressToken;
    const report: Call['report'] = async (progress) => {
      if (token === undefined) return;
      await sendNotification({ method: 'notifications/progress', params: { progressToken: token, ...progress } });
    };
    try {
      const reply = await tool.run(params.arguments ?? {}, { api: connect(), signal, report });
      if (listedFor === null) await listAgain();
      return resultOf(reply);
    } catch (error) {
      if (!(error instanceof PgrowError)) log(error instanceof Error ? (error.stack ?? error.message) : String(error));
      if (listedFor !== undefined && isOfTheToken(error)) await listAgain();
      return failedCall(error);
    }
  });
  return server;
};

const isOfTheToken = (error: unknown): boolean =>
  error instanceof PgrowError && (error.code === 'unauthorized' || error.code === 'forbidden');

const resultOf = ({ answer, texts = [JSON.stringify(answer)] }: Reply): CallToolResult => ({
  structuredContent: answer as Record<string, unknown>,
  content: texts.map(asText),
});

const listed = ({ name, title, description, annotations, input, answer }: Tool): ListedTool => ({
  name,
  title,
  description,
  annotations: { title, ...annotations },
  inputSchema: rulesOf(input) as ListedTool['inputSchema'],
  outputSchema: asObject(published(answer)),
});

/** The schema of a tool has to be an object itself, and must not refer to one. */
const asObject = ({ $ref, $defs = {}, properties, ...schema }: Published) => {
  const { [$ref?.replace('#/$defs/', '') ?? '']: root, ...others } = $defs;
  const own = properties === undefined ? root : { ...schema, properties };
  return { type: 'object' as const, ...(own as object), ...(Object.keys(others).length > 0 && { $defs: others }) };
};
