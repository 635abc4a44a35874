import { expect, test } from 'vitest';
import type { Platform } from '../platform/platform.ts';
import { trySettings } from './try-settings.ts';

const node = (container: string) => ({ name: 'postgres-1', container });
const done = (stdout: string, exitCode = 0) => ({ exitCode, stdout, stderr: '' });

test('a value is refused in the words of the server, and what pgrow or a library refuses is not tried', async () => {
  const commands: (readonly string[])[] = [];
  const exec: Platform['exec'] = async (_, command) => {
    commands.push(command);
    return done('0 \u001E1 FATAL:  invalid value for parameter "jit": "maybe"\nHINT:  No.\u001E');
  };
  const wanted = { work_mem: '64MB', jit: 'maybe', port: '1', 'auto_explain.log_analyze': 'on' };
  expect(await trySettings({ exec }, node('words'), wanted)).toEqual({
    jit: 'invalid value for parameter "jit": "maybe". No',
  });
  expect(commands.map((command) => command.slice(-2))).toEqual([['work_mem=64MB', 'jit=maybe']]);
  expect(await trySettings({ exec }, node('words'), { port: '1' })).toEqual({});
  expect(commands).toHaveLength(1);
});

// The client gave up, and the loop in the container continued for as many settings as there were.
test('a trial ends in the container by itself, and says nothing of what it has not tried', async () => {
  const exec: Platform['exec'] = async (_, command, _stdin, limits) => {
    const [program, , , seconds] = command;
    expect([program, Number(seconds) * 1000 < limits!.timeoutMs!]).toEqual(['timeout', true]);
    return done('0 \u001E', 124);
  };
  await expect(trySettings({ exec }, node('slow'), { work_mem: '64MB', jit: 'on' })).rejects.toMatchObject({
    code: 'no_answer',
    message: expect.stringMatching(/^postgres-1 did not try work_mem, jit within 15 s\. Nothing was changed\./),
  });
});

test('one trial runs in a container at a time, also after one that has failed; others do not wait', async () => {
  const begun: string[] = [];
  const ends: PromiseWithResolvers<ReturnType<typeof done>>[] = [];
  const exec: Platform['exec'] = (container) => {
    begun.push(container);
    const end = Promise.withResolvers<ReturnType<typeof done>>();
    ends.push(end);
    return end.promise;
  };
  const attempt = (container: string) => trySettings({ exec }, node(container), { jit: 'on' });
  const [first, second, third] = [attempt('a'), attempt('a'), attempt('a')];
  const other = attempt('b');
  await expect.poll(() => begun).toEqual(['a', 'b']);
  ends[0]!.reject(new Error('lost'));
  await expect(first).rejects.toThrow('lost');
  await expect.poll(() => begun).toEqual(['a', 'b', 'a']);
  ends[2]!.resolve(done('0 \u001E'));
  expect(await second).toEqual({});
  await expect.poll(() => begun).toEqual(['a', 'b', 'a', 'a']);
  for (const end of ends) end.resolve(done('0 \u001E'));
  expect([await third, await other]).toEqual([{}, {}]);
});
