import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useControlPlane, type PlaneAddresses } from '../support/control-plane.ts';
import { missingForExamples, prepareExample, type Language } from '../support/examples.ts';
import { expectDatabase, keepData } from '../support/expectations.ts';
import type { ManagedDatabase } from '../support/stack.ts';

/** The services in `examples` move a database as a team's own would, each in its language and without pgrow's help. */

const missing = missingForExamples();

describe.skipIf(missing.length > 0)(`services${missing.length > 0 ? ` (missing: ${missing.join(', ')})` : ''}`, () => {
  const plane = useControlPlane();
  let shop: ManagedDatabase;
  let addresses: PlaneAddresses;
  let serviceId: string;
  let scratch: string;

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'pgrow-example-'));
    addresses = await plane.up();
    shop = await plane.create('examples');
    await keepData(shop);
    const { document } = await plane.request<{ id: string }>('GET', `/v1/projects/default/services/${shop.name}`);
    serviceId = document.id;
  });

  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  test.for([
    ['typescript', 'expand', 'ha', 0, 3],
    ['python', 'scaleDown', 'single', 3, 0],
    ['go', 'expand', 'ha', 0, 3],
  ] as const satisfies readonly (readonly [Language, string, string, number, number])[])(
    '%s: %s to %s is refused what does not fit, holds its cut-over, and releases it',
    async ([language, workflow, target, from, to]) => {
      const example = await prepareExample(language, scratch);
      const output = await example.run({ TEMPORAL_ADDRESS: addresses.temporal_address }, serviceId, workflow, target);
      const lines = output.trim().split('\n');
      expect(lines[0]).toMatch(/^refused: (refused|invalid_input): ./);
      const ready = lines.findIndex((line) => line.endsWith('the signal to cut over'));
      expect(lines[ready + 1], output).toMatch(/^cut over: (now|signalled)$/);
      expect(lines.at(-1)).toMatch(new RegExp(`^done: \\w+ from stage ${from} to ${to}, writes held for \\d+`));
      expect(await shop.status()).toMatchObject({ stage: to, operation: null });
      await expectDatabase(shop).toHoldItsData();
    },
  );
});
