import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, inject } from 'vitest';
import type { SharedTemporal } from '../global-setup.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { newShop, type Shop } from './operator.ts';

/** A control plane for the tests of a file, on the Temporal that all files share; returns new databases on it. */
export const useControlPlane = (): (() => Shop) => {
  let plane: ControlPlane;
  let native: NativeConnection;
  let connection: Connection;

  beforeAll(async () => {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    const answer = await fetch(inject('sharedTemporal'));
    if (!answer.ok) throw new Error(`Temporal for the tests did not start: ${await answer.text()}`);
    const { address, bundle } = (await answer.json()) as SharedTemporal;
    native = await NativeConnection.connect({ address });
    connection = await Connection.connect({ address });
    plane = await startControlPlane({ client: new Client({ connection }), connection: native, bundle });
  });
  afterAll(async () => {
    await plane.stop();
    await connection.close();
    await native.close();
  });
  return () => newShop(plane);
};
