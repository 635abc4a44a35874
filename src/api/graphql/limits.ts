import {
  getArgumentValues,
  getNamedType,
  getVariableValues,
  isObjectType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { PgrowError } from '../../domain/errors.ts';

/** What a field adds to the cost of a query, as its `extensions.cost` has it. */
export interface FieldCost {
  /** Of the field itself. Default 1. */
  readonly own?: number;
  /** Entries that its list may have: so many times what is asked of each counts. */
  readonly items?: (args: Readonly<Record<string, unknown>>) => number;
}

export interface Limits {
  /** Fields inside one another. */
  readonly depth: number;
  /** Fields of the answer, lists at their longest, and what has to be done for them. */
  readonly cost: number;
}

export const usualLimits: Limits = { depth: 10, cost: 2000 };

/** Tokens of a document: many times those of a query with every field there is. */
export const mostTokens = 5000;

/** Of a look at the nodes, and of a change. */
export const dear: FieldCost = { own: 100 };

/** Of finding a database by its name: several questions to the metadata. */
export const lookup = 20;

/** Of all that introspection can ask for: GraphQL's own rules keep it from asking in circles. */
const introspectionCost = 200;

interface Asked {
  readonly schema: GraphQLSchema;
  /** One that has been validated: its fields exist, and its fragments do not contain themselves. */
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>>;
}

/**
 * Refuses what would answer too much, before anything is asked. Every alias and every use of a fragment counts; the count stops
 * at the limit, so that a document made of fragments in fragments costs no time.
 * @throws PgrowError `invalid_input`
 */
export const refuseBeyondLimits = (asked: Asked, limits: Limits = usualLimits): void => {
  const { schema, document, operation, variables } = asked;
  const root = schema.getRootType(operation.operation);
  const coerced = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  // Its execution says what is wrong with them.
  if (!root || coerced.errors) return;
  const fragments = new Map(
    document.definitions.flatMap((definition): [string, FragmentDefinitionNode][] =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
    ),
  );
  let cost = 0;

  const count = ({ selections }: SelectionSetNode, type: GraphQLObjectType, depth: number, times: number): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) countField(selection, type, depth, times);
      else if (selection.kind === Kind.INLINE_FRAGMENT) count(selection.selectionSet, type, depth, times);
      else count(fragments.get(selection.name.value)!.selectionSet, type, depth, times);
    }
  };

  const countField = (node: FieldNode, type: GraphQLObjectType, depth: number, times: number): void => {
    const introspects = node.name.value.startsWith('__') && node.selectionSet !== undefined;
    const field = type.getFields()[node.name.value];
    const { own = 1, items } = (field?.extensions['cost'] ?? {}) as FieldCost;
    cost += times * (introspects ? introspectionCost : own);
    if (cost > limits.cost) throw tooDear(limits);
    if (depth > limits.depth) throw tooDeep(limits);
    if (!field || !node.selectionSet) return;
    const inner = getNamedType(field.type);
    if (!isObjectType(inner)) return;
    const entries = items ? Math.max(1, items(getArgumentValues(field, node, coerced.variableValues))) : 1;
    count(node.selectionSet, inner, depth + 1, times * entries);
  };

  count(operation.selectionSet, root, 1, 1);
};

const tooDear = ({ cost }: Limits) =>
  new PgrowError(
    'invalid_input',
    `The query costs more than ${cost}: each field counts, and those of a list as often as it may have entries. ` +
      'Ask for fewer fields, give a smaller limit, or send several requests.',
  );

const tooDeep = ({ depth }: Limits) =>
  new PgrowError('invalid_input', `The query has more than ${depth} fields inside one another. Ask for less at once.`);
