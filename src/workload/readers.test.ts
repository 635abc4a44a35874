import { expect, test, vi } from 'vitest';
import { fakeEndpoint } from './fake-server.ts';
import { startReaders } from './readers.ts';
import type { Session } from './session.ts';

/** Every session is answered by the next of these servers. */
const openOn = (servers: readonly { address: string; in_recovery: boolean }[]) => {
  let opened = 0;
  return async (): Promise<Session> => {
    const server = servers[opened++ % servers.length]!;
    return {
      query: async () => ({ command: 'SELECT', rows: [server] }),
      close: async () => undefined,
      destroy: () => undefined,
    };
  };
};

test('readers tell which servers answered, and in which role', async () => {
  const open = openOn([
    { address: '172.18.0.2', in_recovery: true },
    { address: '172.18.0.3', in_recovery: false },
  ]);
  const readers = startReaders({ endpoint: () => fakeEndpoint(), clients: 2, open });
  await readers.ready();
  await vi.waitFor(() => expect(readers.window().acknowledged).toBeGreaterThan(10), { interval: 1 });
  const report = await readers.stop();
  expect(report.servers).toHaveLength(2);
  expect(report.servers).toContainEqual({ address: '172.18.0.2', role: 'replica', answered: report.roles.replica });
  expect(report.servers).toContainEqual({ address: '172.18.0.3', role: 'primary', answered: report.roles.primary });
  expect(report.roles.primary + report.roles.replica).toBe(report.answered);
  expect(report.failed).toBe(0);
});
