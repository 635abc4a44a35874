import type { ApplicationFailure } from '@temporalio/activity';
import { expect, test } from 'vitest';
import { limitSends } from './limit-sends.ts';

test('a receiver that hangs keeps neither the others waiting nor the places of what watches databases', async () => {
  const limited = limitSends(3, 2);
  const ends: (() => void)[] = [];
  const hang = (channel: string) => limited.send(channel, () => new Promise<void>((resolve) => ends.push(resolve)));
  const hanging = [hang('a'), hang('a')];
  await expect(hang('a')).rejects.toMatchObject({ type: 'too_many', nextRetryDelay: '5 seconds', nonRetryable: false });
  expect(await limited.send('b', async () => 'sent')).toBe('sent');
  limited.refuseBusy();
  hanging.push(hang('b'));
  expect(() => limited.refuseBusy()).toThrow('waits for its turn');
  await expect(hang('c')).rejects.toMatchObject({ type: 'too_many' });

  for (const end of ends) end();
  await Promise.all(hanging);
  limited.refuseBusy();
  expect(await limited.send('a', async () => 'sent')).toBe('sent');
});

// A thousand messages to one slow receiver came back every five seconds each, and took the places of what could be sent.
test('a message that waits for its turn comes back later each time, up to two minutes', async () => {
  const delays = [1, 2, 3, 6, 5000].map((attempt) => {
    try {
      limitSends(0, 0, () => attempt).refuseBusy();
      return null;
    } catch (error) {
      return (error as ApplicationFailure).nextRetryDelay;
    }
  });
  expect(delays).toEqual(['5 seconds', '10 seconds', '20 seconds', '120 seconds', '120 seconds']);
});
