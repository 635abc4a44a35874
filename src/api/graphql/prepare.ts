import type { FastifyRequest } from 'fastify';
import {
  getOperationAST,
  GraphQLError,
  parse,
  validate,
  type DocumentNode,
  type ExecutionArgs,
  type GraphQLSchema,
  type OperationTypeNode,
} from 'graphql';
import type { RequestParams } from 'graphql-http';
import { z } from 'zod';
import { PgrowError } from '../../domain/errors.ts';
import { problemsOf } from '../../domain/input-problems.ts';
import { mostTokens, refuseBeyondLimits } from './limits.ts';

const requestParams = z.object({
  query: z.string().min(1),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  extensions: z.record(z.string(), z.unknown()).nullish(),
});

/** For the OpenAPI document. */
export const paramsRules = z.toJSONSchema(requestParams, { io: 'input' });

/** @throws PgrowError `malformed_request`; one request asks for one operation */
export const readParams = ({ body }: Pick<FastifyRequest, 'body'>): RequestParams => {
  const { data, error } = requestParams.safeParse(body);
  if (data) return data;
  const problems = problemsOf(requestParams, error, body);
  const list = problems.map(({ path, allowed }) => `${path || 'it'} must be ${allowed}`).join('; ');
  throw new PgrowError('malformed_request', `The body is no GraphQL request: ${list}.`, { problems });
};

/** What is to be executed, or why it is not. */
export type Prepared = {
  /** Null where it cannot be read. */
  readonly kind: OperationTypeNode | null;
} & (
  | { readonly args: Pick<ExecutionArgs, 'schema' | 'document' | 'operationName' | 'variableValues'> }
  | { readonly errors: readonly GraphQLError[] }
);

/** Refuses what cannot be executed or would answer too much, before anything is asked. */
export const prepare = (schema: GraphQLSchema, params: RequestParams): Prepared => {
  const document = reading(() => parse(params.query, { maxTokens: mostTokens }));
  if (document instanceof GraphQLError) return { kind: null, errors: [document] };
  const kind = getOperationAST(document, params.operationName)?.operation ?? null;
  const args = { schema, document, operationName: params.operationName, variableValues: params.variables };
  const errors = whyNot(schema, document, params);
  return errors.length > 0 ? { kind, errors } : { kind, args };
};

const whyNot = (
  schema: GraphQLSchema,
  document: DocumentNode,
  { operationName, variables }: RequestParams,
): readonly GraphQLError[] => {
  const errors = validate(schema, document);
  if (errors.length > 0) return errors;
  const operation = getOperationAST(document, operationName);
  if (!operation) {
    const what =
      operationName == null ? 'not one operation: name the one that is meant' : `no operation ${operationName}`;
    return [new GraphQLError(`The document has ${what}.`)];
  }
  const beyond = reading(() => refuseBeyondLimits({ schema, document, operation, variables: variables ?? {} }));
  return beyond instanceof GraphQLError ? [beyond] : [];
};

const reading = <T>(read: () => T): T | GraphQLError => {
  try {
    return read();
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    if (error instanceof PgrowError) return new GraphQLError(error.message, { originalError: error });
    throw error;
  }
};
