import { fireEvent, screen, waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';
import { keys } from '../../data/keys.ts';
import type { Operation } from '../../data/types.ts';
import { exampleOperation, exampleSteps } from '../../test/operations.ts';
import { renderPage, stubApi } from '../../test/render.tsx';
import { OperationPage } from './operation-page.tsx';

const shown = (operation: Operation) => {
  const asked = stubApi({ 'POST /v1/projects/default/services/shop/postgres/cutover': { takes_effect: 'now' } });
  const rendered = renderPage(<OperationPage project="default" name="shop" id={operation.id} />, {
    known: [[keys.operation(operation.id), operation]],
  });
  const become = (next: Partial<Operation>) =>
    rendered.cache.setQueryData(keys.operation(operation.id), { ...operation, ...next });
  return { ...rendered, asked, become };
};

const states = () =>
  [...document.querySelectorAll<HTMLElement>('[data-step]')].map(
    ({ dataset }) => `${dataset['step']} ${dataset['state']}`,
  );

test('steps stand in the order of the plan, and change where they stand', async () => {
  const steps = exampleSteps({ phase: 'a', status: 'done' }, { phase: 'b', status: 'running' }, { phase: 'b' });
  const { become } = shown(exampleOperation({ steps, current: 1 }));
  expect(states()).toEqual(['0 done', '1 running', '2 pending']);
  expect(document.title).toBe('2/3 shop · pgrow');
  become({
    steps: exampleSteps({ phase: 'a', status: 'undone' }, { phase: 'b', status: 'failed' }, { phase: 'b' }),
  });
  await waitFor(() => expect(states()).toEqual(['0 undone', '1 failed', '2 pending']));
  expect(screen.getByText('rolling back')).toBeTruthy();
});

test('a cut-over that waits is released with one press and one message', async () => {
  const until = new Date(Date.now() + 90_000).toISOString();
  const wait = { kind: 'cutover', since: new Date().toISOString(), until, says: 'ready to cut over: lag 0 B' } as const;
  const { asked } = shown(
    exampleOperation({
      steps: exampleSteps({ status: 'running', waiting: true, waiting_for: wait, cut_over: true }),
      current: 0,
      waiting_for: wait.says,
    }),
  );
  expect(screen.getByRole('timer').textContent).toMatch(/^1:(30|29)$/);
  const button = screen.getByRole('button', { name: 'Cut over now' });
  fireEvent.click(button);
  fireEvent.click(button);
  await waitFor(() => expect(button.getAttribute('aria-disabled')).toBeNull());
  expect(asked.filter(({ request }) => request.startsWith('POST'))).toHaveLength(1);
});

test('the cause stands in its step, and each left-over has its command', () => {
  shown(
    exampleOperation({
      status: 'needs_operator',
      steps: exampleSteps({ status: 'undo_failed', name: 'start etcd-2' }),
      error: {
        code: 'timeout',
        message: 'etcd-2 did not answer on port 2379 within 60 s.',
        step: 'start etcd-2',
        left_over: [{ what: 'the container shop-etcd-2', command: 'docker rm --force shop-etcd-2' }],
      },
      request: { method: 'POST', route: '/v1/projects/default/services/5c0f/postgres/ha', body: { failover_time: 30 } },
    }),
  );
  const step = document.querySelector('[data-step="0"]');
  expect(step?.textContent).toContain('etcd-2 did not answer on port 2379');
  expect(step?.textContent).toContain('docker rm --force shop-etcd-2');
  expect(screen.getByRole('link', { name: 'Continue …' }).getAttribute('href')).toBe(
    '/p/default/shop?do=ha&failover_time=30',
  );
});

test('why it cannot be aborted is said, and nothing is sent', () => {
  const reason = 'Too late to abort: expand of shop is past its point of no return.';
  const { asked } = shown(exampleOperation({ steps: exampleSteps({}), abortable: { now: false, reason } }));
  const button = screen.getByRole('button', { name: 'Abort' });
  expect(button.getAttribute('aria-disabled')).toBe('true');
  expect(button.getAttribute('title')).toBe(reason);
  fireEvent.click(button);
  expect(asked.filter(({ request }) => request.startsWith('POST'))).toEqual([]);
});

test('what no worker has taken up says so', () => {
  shown(exampleOperation({ waiting_for: 'a worker; none has asked for work for 40 s. Start one: ./pgrow up' }));
  expect(screen.getByText(/^Accepted, waits for a worker/)).toBeTruthy();
});

test('arrows go through the steps that are unfolded', () => {
  shown(
    exampleOperation({
      steps: exampleSteps({ phase: 'a', status: 'done' }, { phase: 'b', status: 'running' }),
      current: 1,
    }),
  );
  const [a, b] = document.querySelectorAll<HTMLElement>('summary');
  a!.focus();
  const press = (key: string) => fireEvent.keyDown(document.activeElement!, { key });
  press('ArrowDown');
  expect(document.activeElement).toBe(b);
  press('ArrowDown');
  expect((document.activeElement as HTMLElement).dataset['step']).toBe('1');
  press('Home');
  press('ArrowRight');
  expect(a!.closest('details')!.open).toBe(true);
  press('ArrowDown');
  expect((document.activeElement as HTMLElement).dataset['step']).toBe('0');
});
