import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { connectToPgrow, type Pgrow } from '../../src/client/connect-to-pgrow.ts';
import type { Progress } from '../../src/domain/messages.ts';
import { startControlPlane, type ControlPlane } from '../support/fake-world/control-plane.ts';
import type { SharedTemporal } from '../support/global-setup.ts';

/** pgrow as another service uses it: `pgrow/client`, and nothing of pgrow's own. */

let plane: ControlPlane;
let connection: Connection;
let native: NativeConnection;
let pgrow: Pgrow;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const { address, bundle } = (await (await fetch(inject('sharedTemporal'))).json()) as SharedTemporal;
  native = await NativeConnection.connect({ address });
  connection = await Connection.connect({ address });
  plane = await startControlPlane({ client: new Client({ connection }), connection: native, bundle });
  pgrow = connectToPgrow({ address, taskQueue: plane.taskQueue });
});
afterAll(async () => {
  await pgrow.close();
  await plane.stop();
  await connection.close();
  await native.close();
});

const newDatabase = async (): Promise<string> => {
  const { id } = plane.newWorld();
  const creation = await pgrow.start('createDatabase', { service_id: id, name: 'shop', actor: 'billing' });
  expect(await creation.result()).toMatchObject({ type: 'create', status: 'done', to_stage: 0, actor: 'billing' });
  return id;
};

describe.concurrent('another service', () => {
  test('holds a cut-over, sees when it is ready, releases it, and goes back', async () => {
    const service_id = await newDatabase();
    const input = { service_id, target: 'ha', options: { cutover: 'on_signal' } } as const;
    const growth = await pgrow.start('expand', input, { database: 'shop' });
    expect(growth.opened).toMatchObject({ operation_id: growth.operation_id, steps: expect.any(Array) });
    expect(await pgrow.operation(service_id)).toMatchObject({ operation_id: growth.operation_id });

    const seen: Progress[] = [];
    for await (const progress of growth.follow({ everyMs: 50 })) {
      seen.push(progress);
      if (progress.waits_for_message !== 'cutover') continue;
      expect(await growth.cutover({ actor: 'billing' })).toEqual({ takes_effect: 'now' });
    }
    expect(seen.some(({ waits_for_message }) => waits_for_message === 'cutover')).toBe(true);
    expect(seen.at(-1)?.steps.every(({ status }) => status === 'done')).toBe(true);
    expect(await growth.result()).toMatchObject({ status: 'done', from_stage: 0, to_stage: 3 });

    const back = await pgrow.rollBack(service_id, { actor: 'billing' });
    expect(await back?.result()).toMatchObject({ type: 'rollback', status: 'done', to_stage: 0 });
    await expect(pgrow.confirm(service_id)).rejects.toMatchObject({ code: 'refused' });
  });

  test('aborts a cut-over that waits, and learns how that ended', async () => {
    const service_id = await newDatabase();
    const input = { service_id, target: 'ha', options: { cutover: 'on_signal' } } as const;
    const growth = await pgrow.start('expand', input);
    await expect(pgrow.start('expand', { service_id, target: 'pooling' })).rejects.toMatchObject({
      code: 'operation_running',
      problems: [{ value: { id: growth.operation_id } }],
    });
    expect(await growth.abort({ actor: 'billing' })).toEqual({ takes_effect: 'now' });
    await expect(growth.result()).rejects.toMatchObject({
      name: 'OperationFailed',
      operation: { status: 'aborted', error: { code: 'aborted' } },
    });
    await expect(growth.abort()).rejects.toMatchObject({ code: 'refused' });
  });

  test('learns what is wrong with its input, and what does not fit the database', async () => {
    const service_id = await newDatabase();
    await expect(pgrow.start('expand', { service_id, target: 'moon' as never })).rejects.toMatchObject({
      name: 'PgrowError',
      code: 'invalid_input',
      problems: [{ path: 'target', value: 'moon' }],
    });
    await expect(pgrow.start('setReplicas', { service_id, count: 2 })).rejects.toMatchObject({ code: 'refused' });
    const repeated = await pgrow.start('expand', { service_id, target: 'pooling' });
    const { operation_id } = repeated;
    const same = { service_id, target: 'pooling', operation_id: operation_id! } as const;
    expect(await pgrow.start('expand', same)).toMatchObject({ run_id: repeated.run_id });
    await repeated.result();
  });
});
