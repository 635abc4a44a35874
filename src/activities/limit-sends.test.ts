import { expect, test } from 'vitest';
import { limitSends } from './limit-sends.ts';

test('a receiver that hangs keeps neither the others waiting nor the places of what watches databases', async () => {
  const limited = limitSends(3, 2);
  const ends: (() => void)[] = [];
  const hang = (channel: string) => limited(channel, () => new Promise<void>((resolve) => ends.push(resolve)));
  const hanging = [hang('a'), hang('a')];
  await expect(hang('a')).rejects.toMatchObject({ type: 'too_many', nextRetryDelay: '5 seconds', nonRetryable: false });
  expect(await limited('b', async () => 'sent')).toBe('sent');
  hanging.push(hang('b'));
  await expect(hang('c')).rejects.toMatchObject({ type: 'too_many' });

  for (const end of ends) end();
  await Promise.all(hanging);
  expect(await limited('a', async () => 'sent')).toBe('sent');
});
