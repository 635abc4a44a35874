import { buildSchema, getOperationAST, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { refuseBeyondLimits, usualLimits, type FieldCost, type Limits } from './limits.ts';

const schema = buildSchema(`
  type Query { node(id: ID): Node, nodes(limit: Int = 20): [Node!] }
  type Node { id: ID, parent: Node }
`);
const cost: FieldCost = { items: ({ limit }) => Number(limit) };
schema.getQueryType()!.getFields()['nodes']!.extensions = { cost };

const ask = (query: string, limits: Limits = usualLimits, variables: Record<string, unknown> = {}) => {
  const document = parse(query);
  expect(validate(schema, document)).toEqual([]);
  return () => refuseBeyondLimits({ schema, document, operation: getOperationAST(document)!, variables }, limits);
};

const nested = (levels: number) => `${'parent{'.repeat(levels)}id${'}'.repeat(levels)}`;

describe('what a query may ask for', () => {
  test('so many fields inside one another, however they are put together', () => {
    const limits = { depth: 4, cost: 100 };
    expect(ask(`{node{${nested(2)}}}`, limits)).not.toThrow();
    expect(ask(`{node{${nested(3)}}}`, limits)).toThrow('more than 4 fields inside one another');
    expect(ask(`{node{...up}} fragment up on Node {${nested(3)}}`, limits)).toThrow('more than 4 fields');
    expect(ask(`{node{...{...on Node{${nested(3)}}}}}`, limits)).toThrow('more than 4 fields');
  });

  test('lists at their longest, by a literal, a variable or the default', () => {
    const limits = { depth: 9, cost: 50 };
    expect(ask('{nodes{id parent{id}}}', limits)).toThrow('costs more than 50');
    expect(ask('{nodes(limit:5){id parent{id}}}', limits)).not.toThrow();
    const query = 'query($limit:Int){nodes(limit:$limit){id}}';
    expect(ask(query, limits, { limit: 49 })).not.toThrow();
    expect(ask(query, limits, { limit: 50 })).toThrow('costs more than 50');
    expect(ask('{nodes(limit:-1000000){id}}', limits)).not.toThrow();
  });

  test('every alias counts', () => {
    const aliases = Array.from({ length: 1001 }, (_, index) => `a${index}:node{id}`);
    expect(ask(`{${aliases.join(' ')}}`)).toThrow('costs more than 2000');
  });

  // Counted to the end they are 2^100 fields.
  test('fragments in fragments are counted up to the limit only', () => {
    const levels = Array.from(
      { length: 100 },
      (_, level) => `fragment f${level} on Node {...f${level + 1} ...f${level + 1}}`,
    );
    expect(ask(`{node{...f0}} ${levels.join(' ')} fragment f100 on Node {id}`)).toThrow('costs more than 2000');
  });

  test('introspection, but not over and over', () => {
    const all = '__schema{types{name fields{name type{name kind ofType{name kind ofType{name kind ofType{name}}}}}}}';
    expect(ask(`{${all}}`, { depth: 3, cost: 500 })).not.toThrow();
    expect(ask(`{${[1, 2, 3].map((each) => `a${each}:${all}`).join(' ')}}`, { depth: 3, cost: 500 })).toThrow('costs');
  });
});
