import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { operation } from '../api/documents/operation.ts';
import { errorCatalogue } from '../domain/errors.ts';
import { inputVersion, operationInputs, type OperationWorkflow } from '../domain/inputs.ts';
import { messageEffect, opened, progress, rollbackRequest, sender, windowState } from '../domain/messages.ts';

/** Messages are public: `docs/services.md` says how they may change. */

const definitions = {};
const schemaOf = (io: 'input' | 'output') => (schema: z.ZodType) => {
  const { $schema: _, $defs, ...described } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  Object.assign(definitions, $defs);
  return described;
};
const [sent, answered] = [schemaOf('input'), schemaOf('output')];

answered(operation);
const described = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Messages of pgrow',
  input_version: inputVersion,
  workflows: Object.fromEntries(
    Object.entries(operationInputs).map(([name, input]) => [
      name,
      { input: sent(input), result: { $ref: '#/$defs/Operation' } },
    ]),
  ),
  updates_of_operations: {
    opened: { result: answered(opened) },
    cutover: { input: sent(sender), result: answered(messageEffect) },
    abort: { input: sent(sender), result: answered(messageEffect) },
    confirm: { input: sent(sender), result: answered(messageEffect) },
  },
  queries_of_operations: { progress: { result: answered(progress) } },
  updates_of_rollback_windows: {
    confirm: { input: sent(sender), result: answered(messageEffect) },
    rollback: { input: sent(rollbackRequest), result: answered(messageEffect) },
  },
  queries_of_rollback_windows: { checkpoint: { result: answered(windowState) } },
  errors: Object.fromEntries(Object.entries(errorCatalogue).map(([code, { retryable }]) => [code, { retryable }])),
  $defs: definitions,
};

// Read the rules before this file is written again (`vitest -u`): a change may need a new input_version.
test('the messages are those of the published description', async () => {
  await expect(`${JSON.stringify(described, null, 2)}\n`).toMatchFileSnapshot('../../docs/messages.schema.json');
});

const isOperation = (name: string): name is OperationWorkflow => name in operationInputs;

interface Recorded {
  readonly history: { readonly events: readonly { readonly workflowExecutionStartedEventAttributes?: Started }[] };
}
interface Started {
  readonly workflowType: { readonly name: string };
  readonly input?: { readonly payloads?: readonly { readonly data: string }[] };
}

test('inputs that earlier versions have recorded are still understood', () => {
  const folder = new URL('../../test/histories/', import.meta.url);
  // Those that were refused are not understood now either.
  const files = readdirSync(folder).filter((file) => !file.endsWith('-failed-refused.json'));
  const started = files.flatMap((file) => {
    const { history } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Recorded;
    const { workflowType, input } = history.events[0]?.workflowExecutionStartedEventAttributes ?? {};
    const data = input?.payloads?.[0]?.data;
    return workflowType && data ? [{ file, name: workflowType.name, input: decoded(data) }] : [];
  });
  const operations = started.filter(({ name }) => isOperation(name));
  expect(new Set(operations.map(({ name }) => name))).toEqual(new Set(Object.keys(operationInputs)));
  const problems = operations.flatMap(({ file, name, input }) => problemsOf(name, input).map((each) => [file, each]));
  expect(problems).toEqual([]);
});

const decoded = (data: string): unknown => JSON.parse(Buffer.from(data, 'base64').toString());

/** With every field that the version has. Inputs are added to the file, and never changed or removed. */
const versions = ['inputs-1.json'];

test.for(versions)('what callers write is accepted for as long as it is promised: %s', (file) => {
  const text = readFileSync(new URL(`../../test/messages/${file}`, import.meta.url), 'utf8');
  const examples = JSON.parse(text) as Readonly<Record<string, readonly object[]>>;
  expect(Object.keys(examples).toSorted()).toEqual(Object.keys(operationInputs).toSorted());
  const problems = Object.entries(examples).flatMap(([name, inputs]) =>
    inputs.flatMap((input) => problemsOf(name, input)),
  );
  expect(problems).toEqual([]);
});

const problemsOf = (name: string, input: unknown): readonly string[] => {
  if (!isOperation(name)) return [`${name} is no operation`];
  return (
    operationInputs[name]
      .safeParse(input)
      .error?.issues.map(({ path, message }) => `${name} ${path.join('.')}: ${message}`) ?? []
  );
};

test('a form that this version does not know is refused with the one that it knows', () => {
  const input = { service_id: '3f2504e0-4f89-41d3-9a0c-0305e82c3301', target: 'pooling', input_version: 2 };
  expect(problemsOf('expand', input)).toEqual([expect.stringMatching(/^expand input_version: .*1/)]);
});
