import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { openKnownWorkers } from './known-workers.ts';

// "No worker" would send the operator to the worker, and nothing is wrong with that.
test('a Temporal that does not answer is an error, not a control plane without workers', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const workers = openKnownWorkers({ address }, 'pgrow-0badcafe');
  await expect(workers.read()).rejects.toMatchObject({
    code: 'temporal_unavailable',
    message: expect.stringContaining(address),
  });
  await workers.close();
  server.close();
});
