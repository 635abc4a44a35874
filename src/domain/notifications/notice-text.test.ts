import { describe, expect, test } from 'vitest';
import { noticesOfOperation, type UnnotifiedOperation } from './collected.ts';
import type { Notice } from './notice.ts';
import { noticeText } from './notice-text.ts';
import { webhookBody } from './payload.ts';

const operation = (change: Partial<UnnotifiedOperation> = {}): UnnotifiedOperation => ({
  id: 'op-1',
  project: 'default',
  database: 'shop',
  service_id: 's-1',
  type: 'expand',
  status: 'running',
  notified: null,
  actor: 'cli',
  from_stage: 0,
  to_stage: 3,
  stall_ms: null,
  error: null,
  started_at: new Date('2026-11-29T10:00:00Z'),
  ended_at: null,
  ...change,
});
const ended = (change: Partial<UnnotifiedOperation>) =>
  noticesOfOperation(operation({ notified: 'running', ended_at: new Date('2026-11-29T10:01:30Z'), ...change }));
const error = {
  code: 'node_failed',
  message: 'postgres-2 is gone.',
  step: 'start postgres-2',
  left_over: [{ what: 'volume v', command: './pgrow doctor --remove' }],
};

describe('what there is to say of an operation', () => {
  test('is that it has begun, once', () => {
    expect(noticesOfOperation(operation())).toMatchObject([{ type: 'maintenance.started', key: 'op-1-running' }]);
    expect(noticesOfOperation(operation({ notified: 'running' }))).toEqual([]);
  });

  test('is both where it has begun and ended since', () => {
    const both = noticesOfOperation(operation({ status: 'done', ended_at: new Date('2026-11-29T10:00:01Z') }));
    expect(both.map(({ type, at }) => [type, at])).toEqual([
      ['maintenance.started', '2026-11-29T10:00:00.000Z'],
      ['maintenance.done', '2026-11-29T10:00:01.000Z'],
    ]);
  });

  test.each([
    ['rolled_back', 'maintenance.rolled_back'],
    ['aborted', 'maintenance.rolled_back'],
    ['needs_operator', 'maintenance.needs_operator'],
    ['failed', 'maintenance.needs_operator'],
  ] as const)('that ended as %s is %s', (status, type) => {
    expect(ended({ status })).toMatchObject([{ type, key: `op-1-${status}` }]);
  });

  test('that was left to an operator and undone later is that as well', () => {
    expect(noticesOfOperation(operation({ status: 'rolled_back', notified: 'needs_operator' }))).toMatchObject([
      { type: 'maintenance.rolled_back' },
    ]);
  });
});

describe('in words', () => {
  const of = ([notice]: readonly Notice[]) => noticeText(notice!);
  const notice = (change: Partial<Notice>): Notice => ({
    key: 'k',
    type: 'failover',
    at: '2026-11-29T10:00:00.000Z',
    project: 'default',
    database: 'shop',
    data: {},
    ...change,
  });

  test('an operation says what it does and who asked for it', () => {
    expect(of(noticesOfOperation(operation()))).toEqual({
      subject: 'shop: expand from single to ha has begun',
      lines: ['cli asked for it.', 'Look: ./pgrow status shop'],
    });
    expect(of(ended({ status: 'done', stall_ms: 640 }))).toEqual({
      subject: 'shop: expand from single to ha is done',
      lines: ['It took 90.0 s.', 'Writes were held for 640 ms.'],
    });
  });

  test('one that did not succeed says why, and what is left to do', () => {
    expect(of(ended({ status: 'rolled_back', error: { ...error, left_over: [] } }))).toEqual({
      subject: 'shop: expand from single to ha was rolled back',
      lines: ['The database is as it was before.', 'Cause, in the step "start postgres-2": postgres-2 is gone.'],
    });
    expect(of(ended({ status: 'needs_operator', error })).lines).toContain(
      'Left over: volume v. Run: ./pgrow doctor --remove',
    );
  });

  test('a failover says who leads, and a window what can be done', () => {
    const data = { previous_leader: 'postgres-2', new_leader: 'postgres-3', duration_ms: 1500 };
    expect(noticeText(notice({ data }))).toEqual({
      subject: 'shop: failover to postgres-3',
      lines: ['postgres-3 takes writes now, in place of postgres-2.', 'That took 1.5 s.', 'Look: ./pgrow status shop'],
    });
    const closing = { operation: 'expand', rollback_available_until: '2026-11-29T10:10:00.000Z' } as const;
    expect(noticeText(notice({ type: 'rollback_window.closing', data: closing })).lines).toEqual([
      'The last expand can be rolled back until 2026-11-29T10:10:00.000Z.',
      'To roll back: ./pgrow rollback shop',
      'To keep it and close the window now: ./pgrow confirm shop',
    ]);
  });

  test('an announcement carries what a person wrote', () => {
    const data = { message: 'New disks.', starts_at: '2026-12-01T20:00:00Z', actor: 'ops' };
    expect(noticeText(notice({ type: 'maintenance.announced', database: null, data }))).toEqual({
      subject: 'All databases: maintenance is announced',
      lines: ['New disks.', 'It begins at 2026-12-01T20:00:00Z.', 'Announced by ops.'],
    });
  });

  test('a webhook carries type, timestamp and data', () => {
    expect(JSON.parse(webhookBody(notice({ data: { new_leader: 'postgres-3' } }), 'standard'))).toEqual({
      type: 'failover',
      timestamp: '2026-11-29T10:00:00.000Z',
      data: {
        new_leader: 'postgres-3',
        project: 'default',
        database: 'shop',
        subject: 'shop: failover to postgres-3',
        text: 'postgres-3 takes writes now, in place of the primary before.\nLook: ./pgrow status shop',
      },
    });
  });

  test('what Slack would take for its mark-up is escaped', () => {
    const data = { message: '<!channel> a & b' };
    const { text } = JSON.parse(webhookBody(notice({ type: 'maintenance.announced', data }), 'slack')) as {
      text: string;
    };
    expect(text).toBe('*shop: maintenance is announced*\n&lt;!channel&gt; a &amp; b');
  });
});
