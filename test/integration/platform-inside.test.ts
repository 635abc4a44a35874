import { expect, test } from 'vitest';

import type { LogLine } from '../../src/domain/looks.ts';
import type { ContainerEvent } from '../../src/platform/platform.ts';
import { onEveryEngine, waitUntil } from './platform-bench.ts';
import { bothOutputsScript, dialogueScript, talkativeScript } from './platform-engines.ts';

onEveryEngine('the inside of a container', ({ platform, stack, labels, created, started }) => {
  test('in a stopped container nothing can be run, and a signal is lost without complaint', async () => {
    const name = await created();
    const error = { code: 'node_failed', message: expect.stringMatching(`${name}.*does not run`) };
    await expect(platform.exec(name, ['true'])).rejects.toMatchObject(error);
    await expect(platform.execInteractive(name, ['true'])).rejects.toMatchObject(error);
    await platform.signalContainer(name, 'KILL');
    await platform.signalContainer(name, 'HUP');
  });

  test('files belong to the service user, are replaced whole, and outlast a stop but not a removal', async () => {
    const name = await created();
    const path = '/etc/pgrow-test.conf';
    await platform.putFiles(name, [
      { path, content: 'a long first text: ä\n', mode: 0o644 },
      { path: '/tmp/secret', content: 'x', mode: 0o600 },
    ]);
    await platform.startContainer(name);
    expect((await platform.exec(name, ['cat', path])).stdout).toBe('a long first text: ä\n');
    expect((await platform.exec(name, ['stat', '-c', '%u:%g %a', '/tmp/secret'])).stdout).toBe('999:999 600\n');

    await platform.putFiles(name, [{ path, content: 'second\n', mode: 0o644 }]);
    await platform.stopContainer(name, 0);
    await platform.startContainer(name);
    expect((await platform.exec(name, ['cat', path])).stdout).toBe('second\n');

    await platform.removeContainer(name);
    await started({ name });
    expect((await platform.exec(name, ['cat', path])).exitCode).toBe(1);
  });

  test('into a confined container files go where it has a volume, and these go with it', async () => {
    const confinement = { processes: 50, coreBytes: 0, kept: ['/etc/pgrow'], inMemory: [] };
    const name = await created({ confinement });
    await platform.putFiles(name, [{ path: '/etc/pgrow/first', content: 'first\n', mode: 0o644 }]);
    await platform.startContainer(name);
    await platform.putFiles(name, [{ path: '/etc/pgrow/second', content: 'second\n', mode: 0o644 }]);
    await platform.restartContainer(name, 0);
    for (const file of ['first', 'second'])
      expect((await platform.exec(name, ['cat', `/etc/pgrow/${file}`])).stdout).toBe(`${file}\n`);
    const outside = platform.putFiles(name, [{ path: '/etc/outside', content: '', mode: 0o644 }]);
    await expect(outside).rejects.toThrow(/read-only/);

    await platform.removeContainer(name);
    await started({ name, confinement });
    expect((await platform.exec(name, ['cat', '/etc/pgrow/first'])).exitCode).toBe(1);
  });

  // As the engine's own error it was retried as if Docker were down.
  test('a port on which nothing listens is refused by the container, not by the engine', async () => {
    const name = await started();
    const { address } = (await platform.inspectContainer(name))!;
    const dialled = platform.dial({ container: name, address: address! }, 5432, 2000);
    await expect(dialled).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('a directory that is not there is named', async () => {
    const name = await created();
    const put = platform.putFiles(name, [{ path: '/no/such/file', content: '', mode: 0o644 }]);
    await expect(put).rejects.toMatchObject({
      code: 'node_failed',
      message: expect.stringContaining('/no/such'),
    });
  });

  test('what is in a volume outlives its container; a volume no one ensured carries the labels', async () => {
    const volume = `${stack}-data`;
    const mounts = [{ volume, path: '/data' }];
    const first = await created({ mounts });
    expect((await platform.findByLabels(labels)).volumes).toEqual([volume]);
    await platform.putFiles(first, [{ path: '/data/kept', content: 'kept\n', mode: 0o644 }]);
    await platform.removeContainer(first);
    const second = await started({ mounts });
    expect((await platform.exec(second, ['cat', '/data/kept'])).stdout).toBe('kept\n');
  });

  test('a command has its input, both its outputs and its exit code', async () => {
    const name = await started();
    expect(await platform.exec(name, bothOutputsScript)).toEqual({
      exitCode: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    const input = 'a line\n'.repeat(50_000);
    expect(await platform.exec(name, ['cat'], input)).toEqual({
      exitCode: 0,
      stdout: input,
      stderr: '',
    });
    expect((await platform.exec(name, ['no-such-program'])).exitCode).toBeGreaterThanOrEqual(126);
  });

  test('a connected command is spoken to line by line', async () => {
    const command = await platform.execInteractive(await started(), dialogueScript);
    expect(await command.readLine(10_000)).toBe('armed');
    await expect(command.readLine(20)).rejects.toMatchObject({
      code: 'not_ready',
      message: expect.stringContaining('20 ms'),
    });
    command.write('stop');
    expect(await command.readLine(10_000)).toBe('got stop');
    command.close();
    expect(await command.readLine(10_000)).toBe('bye');
    await expect(command.readLine(10_000)).rejects.toMatchObject({
      code: 'node_failed',
      message: expect.stringContaining('ended'),
    });
    command.write('too late');
  });

  test('the last lines of the log, of both outputs', async () => {
    const name = await started({ command: talkativeScript });
    await waitUntil(async () => expect(await platform.readLogs(name, 10)).toContain('three'));
    expect((await platform.readLogs(name, 10)).split('\n').toSorted()).toEqual(['', 'one', 'three', 'two']);
    expect((await platform.readLogs(name, 1)).split('\n')).toHaveLength(2);

    const ended = new AbortController();
    const followed: LogLine[] = [];
    for await (const line of platform.followLog(name, { lines: 10, since: null }, ended.signal)) {
      if (followed.push(line) === 3) break;
    }
    expect(followed.map(({ text }) => text).toSorted()).toEqual(['one', 'three', 'two']);
  });

  test('a watcher sees what happens to its containers, and to no others, until it is called off', async () => {
    const ours = { ...labels, 'pgrow.test.watched': 'yes' };
    const name = await created({ labels: ours });
    const calledOff = new AbortController();
    const events: ContainerEvent[] = [];
    const watching = platform.watch(ours, calledOff.signal);
    const watched = (async () => {
      for await (const event of watching) events.push(event);
    })();
    await platform.startContainer(await created());
    await platform.startContainer(name);
    await platform.removeContainer(name);
    // Engines from 23 on report the exit once the container has left its network.
    await waitUntil(async () =>
      expect(events.map(({ action }) => action).toSorted()).toEqual(['die', 'disconnect', 'start']),
    );
    for (const event of events) {
      expect(event).toMatchObject({ container: name, labels: ours });
      expect(Math.abs(event.at - Date.now())).toBeLessThan(60_000);
    }
    calledOff.abort();
    await watched;
  });
});
