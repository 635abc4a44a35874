import {
  GraphQLBoolean,
  GraphQLEnumType,
  GraphQLFloat,
  GraphQLID,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLString,
  type GraphQLFieldConfig,
  type GraphQLInputFieldConfig,
  type GraphQLInputType,
} from 'graphql';
import { z } from 'zod';
import { camelOf, enumNameOf, sharedEnums, typeNameOf, valueNameOf } from './names.ts';

/** JSON Schema, as far as zod writes it of what the API takes and answers. */
interface Json {
  readonly type?: string | readonly string[];
  readonly enum?: readonly (string | number)[];
  readonly const?: string | number | boolean;
  readonly anyOf?: readonly Json[];
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Json>>;
  readonly required?: readonly string[];
  readonly items?: Json;
  readonly format?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly $defs?: Readonly<Record<string, Json>>;
}

/** All that answers have. */
type Output = GraphQLObjectType | GraphQLScalarType | GraphQLEnumType | GraphQLList<Output | GraphQLNonNull<Output>>;

/** Entries of a list whose length no argument limits, for the cost of a query. */
const assumedItems = 10;

const json = new GraphQLScalarType({ name: 'JSON', description: 'Any JSON value.' });
const dateTime = new GraphQLScalarType({ name: 'DateTime', description: 'ISO 8601 in UTC.' });

export interface JsonTypes {
  /** One that has a name of its own. */
  enumeration(name: keyof typeof sharedEnums): GraphQLEnumType;
  /** The type of a schema that has a name, or of what it holds under `member`. */
  output(name: string, member?: string): GraphQLObjectType;
  /** An object with the members of all these schemas; none is required. */
  input(name: string, description: string, schemas: readonly z.ZodType[]): GraphQLInputObjectType;
}

/**
 * GraphQL's types of what REST answers and takes, made from the same schemas, so that both always say the same. Names are in
 * camelCase, values of enumerations in capitals.
 * @param named schemas with a name of their own (`documents/document.ts`)
 */
export const jsonTypes = (named: readonly z.ZodType[]): JsonTypes => {
  const { $defs = {} } = z.toJSONSchema(z.tuple(named as [z.ZodType])) as Json;
  const objects = new Map<string, GraphQLObjectType>();
  const enums = new Map<string, GraphQLEnumType>();

  const enumOf = (values: readonly string[], fallback = ''): GraphQLEnumType => {
    const name = enumNameOf(values) ?? fallback;
    const made = enums.get(name);
    if (made) return made;
    const type = new GraphQLEnumType({
      name,
      values: Object.fromEntries(values.map((value) => [valueNameOf(value), { value }])),
    });
    enums.set(name, type);
    return type;
  };

  const objectOf = (schema: Json, name: string): GraphQLObjectType => {
    const made = objects.get(name);
    if (made) return made;
    const type = new GraphQLObjectType({
      name,
      ...(schema.description !== undefined && { description: schema.description }),
      fields: () => fieldsOf(schema, name),
    });
    objects.set(name, type);
    return type;
  };

  const fieldsOf = ({ properties = {}, required = [] }: Json, parent: string) =>
    Object.fromEntries(
      Object.entries(properties).flatMap(([key, property]): [string, GraphQLFieldConfig<unknown, unknown>][] => {
        const { schema, nullable } = withoutNull(property);
        if (!schema) return [];
        const type = outputOf(schema, key, parent);
        const field: GraphQLFieldConfig<unknown, unknown> = {
          type: nullable || !required.includes(key) ? type : new GraphQLNonNull(type),
          ...(property.description !== undefined && { description: property.description }),
          resolve: (source) => (source as Record<string, unknown>)[key] ?? null,
          ...(schema.items && { extensions: { cost: { items: () => assumedItems } } }),
        };
        return [[camelOf(key), field]];
      }),
    );

  const outputOf = (schema: Json, key: string, parent: string): Output => {
    if (schema.$ref !== undefined) {
      const name = schema.$ref.replace('#/$defs/', '');
      return objectOf($defs[name]!, name);
    }
    if (schema.items) {
      const { schema: item, nullable } = withoutNull(schema.items);
      const type = outputOf(item!, key.replace(/s$/, ''), parent);
      return new GraphQLList(nullable ? type : new GraphQLNonNull(type));
    }
    if (schema.properties) return objectOf(schema, typeNameOf(parent, key));
    return leafOf(schema, key, parent);
  };

  const leafOf = (schema: Json, key: string, parent: string) => {
    if (schema.enum?.every((value) => typeof value === 'string')) return enumOf(schema.enum, typeNameOf(parent, key));
    if (schema.enum?.every((value) => Number.isInteger(value)) || schema.type === 'integer') return GraphQLInt;
    if (schema.type === 'number') return GraphQLFloat;
    if (schema.type === 'boolean') return GraphQLBoolean;
    if (schema.type !== 'string') return json;
    if (key === 'id' || key.endsWith('_id')) return GraphQLID;
    return schema.format === 'date-time' ? dateTime : GraphQLString;
  };

  const inputFieldOf = (schema: Json, key: string, parent: string): GraphQLInputFieldConfig => ({
    type: inputTypeOf(schema, key, parent),
    description: rangeText(schema) || null,
  });

  const inputTypeOf = (schema: Json, key: string, parent: string): GraphQLInputType => {
    if (schema.items) return new GraphQLList(new GraphQLNonNull(leafOf(schema.items, key, parent)));
    // What can be written as any text, such as a size, can always be written as text.
    const isText = withoutNull(schema).schema?.anyOf?.some(
      ({ type, ...others }) => type === 'string' && !isNarrowed(others),
    );
    return isText ? GraphQLString : leafOf(schema, key, parent);
  };

  return {
    enumeration: (name) => enumOf(sharedEnums[name]),
    output: (name, member) =>
      member === undefined ? objectOf($defs[name]!, name) : objectOf($defs[name]!.properties![member]!, name),
    input: (name, description, schemas) =>
      new GraphQLInputObjectType({
        name,
        description,
        fields: Object.fromEntries(
          schemas
            .flatMap((schema) => Object.entries(inputRulesOf(schema).properties ?? {}))
            .map(([key, schema]) => [camelOf(key), inputFieldOf(schema, key, name)]),
        ),
      }),
  };
};

const inputRulesOf = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json;

/** Whether only some texts are allowed. */
const isNarrowed = (schema: Json): boolean => schema.enum !== undefined || schema.const !== undefined;

/** Null for the schema where nothing but null is allowed. */
const withoutNull = (schema: Json): { readonly schema: Json | null; readonly nullable: boolean } => {
  if (schema.type === 'null') return { schema: null, nullable: true };
  if (Array.isArray(schema.type))
    return { schema: { ...schema, type: schema.type.find((type) => type !== 'null') }, nullable: true };
  const [one, ...others] = (schema.anyOf ?? []).filter(({ type }) => type !== 'null');
  return one && others.length === 0 ? { schema: one, nullable: true } : { schema, nullable: false };
};

const rangeText = ({ enum: values, minimum, maximum, default: usual }: Json): string => {
  const named = values?.every((value) => typeof value === 'string');
  const allowed = [
    ...(values && !named ? [`One of ${values.map((value) => JSON.stringify(value)).join(', ')}.`] : []),
    ...(minimum !== undefined && maximum !== undefined ? [`From ${minimum} to ${maximum}.`] : []),
    ...(usual === undefined
      ? []
      : [`Default ${named && typeof usual === 'string' ? valueNameOf(usual) : JSON.stringify(usual)}.`]),
  ];
  return allowed.join(' ');
};
