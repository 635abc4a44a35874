import type { ToolAnnotations } from '@modelcontextprotocol/sdk/types.js';
import type { z } from 'zod';
import type { ApiClient } from '../cli/api-client.ts';
import { parseInput } from '../domain/parse-input.ts';
import { allProjects, includes, type Role } from '../domain/tokens.ts';

/** Whose token the server sends, as far as it decides which tools there are. */
export interface Caller {
  readonly role: Role;
  /** Name of a project, or `*`. */
  readonly project: string;
}

export interface Progress {
  readonly progress: number;
  readonly total: number;
  readonly message: string;
}

/** What a tool works with while it is called. */
export interface Call {
  readonly api: ApiClient;
  /** Aborts when the client no longer waits. */
  readonly signal: AbortSignal;
  /** Tells a client that has asked for it how far the call is. */
  report(progress: Progress): Promise<void>;
}

export interface Reply {
  /** As the tool's schema has it. */
  readonly answer: object;
  /** For people, and for clients that read no structured content; by default the answer as JSON. */
  readonly texts?: readonly string[];
}

export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** The least role that may use it. */
  readonly role: Role;
  /** Whether it concerns the control plane as a whole, so that the token of one project is not enough. */
  readonly allProjects: boolean;
  readonly annotations: ToolAnnotations;
  readonly input: z.ZodType;
  readonly answer: z.ZodType;
  /** @throws PgrowError `invalid_input` for arguments that do not fit, and what the API refuses */
  run(given: unknown, call: Call): Promise<Reply>;
}

interface Definition<S extends z.ZodType> extends Omit<Tool, 'input' | 'run' | 'role' | 'allProjects'> {
  /** Default `viewer`. */
  readonly role?: Role;
  readonly allProjects?: true;
  readonly input: S;
  run(input: z.output<S>, call: Call): Promise<Reply>;
}

export const defineTool = <S extends z.ZodType>({ run, ...definition }: Definition<S>): Tool => ({
  role: 'viewer',
  allProjects: false,
  ...definition,
  run: (given, call) => run(parseInput(definition.input, given) as z.output<S>, call),
});

/** Touches nothing, however often it is called. */
export const readOnly: ToolAnnotations = { readOnlyHint: true, openWorldHint: false };

interface Read<S extends z.ZodType> extends Omit<Definition<S>, 'annotations' | 'run'> {
  readonly path: (input: z.output<S>) => string;
}

/** Gives what one route of the API answers. */
export const readTool = <S extends z.ZodType>({ path, ...definition }: Read<S>): Tool =>
  defineTool<S>({
    ...definition,
    annotations: readOnly,
    run: async (input, { api }) => ({ answer: await api.get<object>(path(input)) }),
  });

export const mayUse = (
  caller: Caller,
  { role, allProjects: concernsAll }: Pick<Tool, 'role' | 'allProjects'>,
): boolean => includes(caller.role, role) && (!concernsAll || caller.project === allProjects);
