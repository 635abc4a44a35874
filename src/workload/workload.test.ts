import { describe, expect, test, vi } from 'vitest';
import type { Transaction } from './clients.ts';
import { createFakeServer, fakeEndpoint, type FakeServer } from './fake-server.ts';
import { startWorkload, type WorkloadOptions } from './workload.ts';

const startOn = (server: FakeServer, options: Partial<WorkloadOptions> = {}) =>
  startWorkload({ endpoint: () => fakeEndpoint(), open: server.open, clients: 2, ...options });

/** Until this many more transactions are acknowledged. */
const acknowledge = async (workload: Awaited<ReturnType<typeof startOn>>, count: number): Promise<void> => {
  const before = workload.window().acknowledged;
  await vi.waitFor(() => expect(workload.window().acknowledged).toBeGreaterThanOrEqual(before + count), {
    interval: 1,
  });
};

describe('a workload', () => {
  test('without disturbance: everything acknowledged is there, and its rows are cleared away', async () => {
    const server = createFakeServer();
    const workload = await startOn(server);
    await acknowledge(workload, 20);
    const report = await workload.stop();
    expect(report).toMatchObject({ failed: 0, lost: 0, errors: [] });
    expect(report.acknowledged).toBeGreaterThanOrEqual(20);
    expect(server.rows.size).toBe(0);
    expect(server.openSessions).toBe(0);
  });

  test('a commit cut off before or after it took effect has failed, and is not lost', async () => {
    for (const when of ['before', 'after'] as const) {
      const server = createFakeServer();
      const workload = await startOn(server);
      await workload.ready();
      server.cutCommits = { count: 3, when };
      await vi.waitFor(() => expect(workload.window().failed).toBe(3), { interval: 1 });
      await acknowledge(workload, 5);
      const report = await workload.stop();
      expect(report).toMatchObject({ failed: 3, lost: 0, failed_by: { reset: 3 } });
      expect(report.errors).toMatchObject([{ category: 'reset', code: 'ECONNRESET', count: 3 }]);
    }
  });

  test('an acknowledged row that has vanished is lost, and named', async () => {
    const server = createFakeServer();
    const workload = await startOn(server);
    await acknowledge(workload, 10);
    server.rows.delete(`${workload.run} 1 2`);
    const report = await workload.stop();
    expect(report).toMatchObject({ lost: 1, first_lost: [{ client: 1, sequence: 2 }] });
    expect(server.rows.size).toBe(report.acknowledged - 1);
  });

  test('a commit answered with ROLLBACK is no acknowledgement', async () => {
    const server = createFakeServer();
    const workload = await startOn(server);
    await workload.ready();
    server.rollBackCommits = 1;
    await vi.waitFor(() => expect(workload.window().failed).toBe(1), { interval: 1 });
    expect(await workload.stop()).toMatchObject({ failed: 1, lost: 0 });
  });

  test('clients come back by themselves once connections are accepted again', async () => {
    const server = createFakeServer();
    const workload = await startOn(server);
    await workload.ready();
    server.refusing = true;
    server.cutCommits = { count: 2, when: 'before' };
    await vi.waitFor(() => expect(workload.window().failed).toBeGreaterThanOrEqual(5), { interval: 1 });
    server.refusing = false;
    await acknowledge(workload, 5);
    const report = await workload.stop();
    expect(report.failed_by.refused).toBeGreaterThanOrEqual(3);
    expect(report.lost).toBe(0);
  });

  test('moves to another endpoint between transactions without failing one', async () => {
    const server = createFakeServer();
    const workload = await startOn(server);
    await workload.ready();
    await workload.switchTo(fakeEndpoint(2));
    await acknowledge(workload, 5);
    expect(server.openSessions).toBe(2);
    const report = await workload.stop();
    expect(report.failed).toBe(0);
    // The table, two clients, the same two again, the look-up.
    expect(server.openedPorts).toEqual([1, 1, 1, 2, 2, 2]);
  });

  test('counts failures in the window in which they happen', async () => {
    const server = createFakeServer();
    const workload = await startOn(server);
    await workload.ready();
    const quiet = workload.mark('storm');
    server.cutCommits = { count: 2, when: 'before' };
    await vi.waitFor(() => expect(workload.window().failed).toBe(2), { interval: 1 });
    const storm = workload.mark('after');
    expect(quiet).toMatchObject({ label: 'start', failed: 0 });
    expect(storm).toMatchObject({ label: 'storm', failed: 2 });
    const { windows } = await workload.stop();
    expect(windows.map(({ label }) => label)).toEqual(['start', 'storm', 'after']);
  });

  test('tells of each transaction how it ended; a connection that had to be opened first is a part of it', async () => {
    const server = createFakeServer();
    const told: Transaction[] = [];
    const askedAt: number[] = [];
    const workload = await startOn(server, {
      clients: 1,
      open: (endpoint) => {
        askedAt.push(performance.now());
        return server.open(endpoint);
      },
      onTransaction: (transaction) => told.push(transaction),
    });
    await workload.ready();
    server.cutCommits = { count: 1, when: 'before' };
    await vi.waitFor(() => expect(workload.window().failed).toBe(1), { interval: 1 });
    await acknowledge(workload, 1);
    const report = await workload.stop();
    expect(told.filter(({ outcome }) => outcome === 'acknowledged')).toHaveLength(report.acknowledged);
    expect(told.filter(({ outcome }) => outcome === 'failed')).toHaveLength(1);
    const failed = told.findIndex(({ outcome }) => outcome === 'failed');
    const [cut, next] = told.slice(failed, failed + 2) as [Transaction, Transaction];
    expect(next.began_at).toBeGreaterThanOrEqual(cut.began_at + cut.latency_ms);
    // Connections before that: for the table, and the client's first.
    expect(next.began_at).toBeLessThanOrEqual(askedAt[2]!);
  });

  test('stops by itself at its longest duration', async () => {
    const server = createFakeServer();
    await startOn(server, { maximumSeconds: 0.05 });
    await vi.waitFor(() => expect(server.openSessions).toBe(0), { interval: 5 });
    expect(server.rows.size).toBeGreaterThan(0);
  });
});
