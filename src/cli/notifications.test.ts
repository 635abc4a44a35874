import { expect, test } from 'vitest';
import type { ChannelDocument } from '../domain/notifications/channels.ts';
import type { DeliveryDocument } from '../domain/notifications/deliveries.ts';
import { noticeTypes } from '../domain/notifications/notice.ts';
import { channelBody } from './channel-flags.ts';
import { channelsText, deliveriesText, deliveryText } from './notifications-text.ts';

const channel = (change: Partial<ChannelDocument> = {}): ChannelDocument => ({
  id: '3f1c2b1e-0000-4000-8000-000000000001',
  name: 'ops',
  project: 'default',
  database: null,
  kind: 'webhook',
  target: 'https://hooks.example.com/…',
  format: 'standard',
  allow_private: false,
  events: noticeTypes,
  enabled: true,
  disabled_because: null,
  created_at: '2026-11-29T10:00:00.000Z',
  created_by: 'cli',
  ...change,
});

const delivery = (change: Partial<DeliveryDocument> = {}): DeliveryDocument => ({
  id: 'd-1',
  notice_id: 'n-1',
  channel: { id: 'c-1', name: 'ops' },
  type: 'failover',
  project: 'default',
  database: 'shop',
  subject: 'shop: failover to postgres-3',
  state: 'pending',
  attempts: 0,
  error: null,
  created_at: '2026-11-29T10:00:00.000Z',
  attempted_at: null,
  next_attempt_at: null,
  ended_at: null,
  ...change,
});

test('a list of channels says what each is for, and why one is not used', () => {
  const gone = channel({ database: 'shop', events: ['failover'], enabled: false, disabled_because: 'answered 410' });
  expect(
    channelsText([channel(), channel({ project: '*' }), gone]).map((line) => line.split(/ {2,}/).slice(0, 5)),
  ).toEqual([
    ['NAME', 'FOR', 'EVENTS', 'STATE', 'TARGET'],
    ['ops', 'project default', 'all', 'enabled', 'https://hooks.example.com/…'],
    ['ops', 'everything', 'all', 'enabled', 'https://hooks.example.com/…'],
    ['ops', 'shop', 'failover', 'disabled: answered 410', 'https://hooks.example.com/…'],
  ]);
  expect(channelsText([])).toEqual([
    'There is no channel yet. To add one: ./pgrow notifications add NAME --webhook URL',
  ]);
});

test('a message says whether it was delivered, and else why not and when it is tried again', () => {
  expect(deliveryText(delivery({ state: 'delivered', attempts: 1 }))).toBe('Delivered through ops.');
  expect(deliveryText(delivery({ state: 'dead', error: 'a.example answered 404' }))).toBe(
    'Not delivered through ops: a.example answered 404.',
  );
  expect(deliveryText(delivery({ attempts: 1, error: 'no answer', next_attempt_at: '2026-11-29T10:01:00.000Z' }))).toBe(
    'Not delivered yet through ops: no answer. Next attempt at 2026-11-29T10:01:00.000Z.',
  );
  expect(deliveryText(delivery())).toContain('./pgrow workers');
  expect(deliveriesText([delivery()])).toHaveLength(2);
  expect(deliveriesText([])).toEqual(['There are no such messages.']);
});

test('a channel is one webhook or one list of e-mail addresses', () => {
  const project = 'default';
  const smtp = { host: 'smtp.example.com', port: 587 };
  expect(channelBody('ops', { project, webhook: 'https://a.example', slack: true })).toEqual({
    name: 'ops',
    project,
    webhook: { url: 'https://a.example', format: 'slack', allow_private: false },
  });
  expect(channelBody('ops', { project, email: ['a@b.example'], from: 'p@b.example', smtp })).toEqual({
    name: 'ops',
    project,
    email: { to: ['a@b.example'], from: 'p@b.example', ...smtp, allow_private: false },
  });
  expect(() => channelBody('ops', { project })).toThrow('either --webhook URL or --email ADDRESSES');
  expect(() => channelBody('ops', { project, email: ['a@b.example'] })).toThrow('--from ADDRESS --smtp HOST:PORT');
});
