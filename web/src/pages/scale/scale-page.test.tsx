import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { parseRecorded } from '../../../../test/support/recorded-answers.ts';
import { keys } from '../../data/keys.ts';
import type { Ladder } from '../../data/types.ts';
import { moneyText } from '../../format/numbers.ts';
import ladders from '../../test/recorded/ladders.json';
import plans from '../../test/recorded/plans.json';
import { renderPage } from '../../test/render.tsx';
import { exampleStatus } from '../overview/example-status.ts';
import { ScalePage } from './scale-page.tsx';

const show = (ladder: Ladder, more: Parameters<typeof exampleStatus>[0] = {}) =>
  renderPage(<ScalePage project="default" name="shop" />, {
    at: '/p/default/shop/scale',
    known: [
      [keys.database('default', 'shop'), exampleStatus({ stage: ladder.stage, ...more })],
      [keys.of('default', 'shop', 'ladder'), ladder],
    ],
  });

const rungs = () => within(screen.getByRole('list', { name: /Stages/ })).getAllByRole('listitem');

test('what is on file is what the API answers', () => {
  expect(() => parseRecorded({ ladders, plans })).not.toThrow();
});

test.each(Object.entries(ladders as unknown as Record<string, Ladder>))(
  'the ladder of %s is that of the API: the highest stage first, costs, and why something is refused',
  (_, ladder) => {
    show(ladder);
    const highestFirst = ladder.rungs.toReversed();
    expect(rungs().map((rung) => rung.getAttribute('aria-current') === 'step')).toEqual(
      highestFirst.map(({ direction }) => direction === 'present'),
    );
    highestFirst.forEach(({ plan, refused, request }, index) => {
      const rung = rungs()[index]!;
      if (plan) expect(rung.textContent).toContain(moneyText(plan.cost_after.monthly_usd));
      if (refused) expect(rung.textContent).toContain(refused.message);
      if (!request) return expect(rung.textContent).toContain(moneyText(ladder.monthly_usd));
      expect(within(rung).queryByRole('link', { name: /Preview/ }) !== null).toBe(plan !== null);
      return expect(within(rung).queryByRole('button', { name: /Preview/ }) !== null).toBe(plan === null);
    });
    expect(screen.queryByRole('region', { name: 'Pooling' }) !== null).toBe(ladder.pooling !== null);
  },
);

test('each rung leads to its own plan', () => {
  show(ladders.single as unknown as Ladder);
  const links = screen.getAllByRole('link', { name: /Preview/ }).map((link) => link.getAttribute('href'));
  expect(links).toEqual(['ha', 'replicas', 'pooling'].map((kind) => `/p/default/shop/scale?do=${kind}`));
});

test('the number of replicas goes up and down, and their options can be changed', () => {
  show(ladders.replicas as unknown as Ladder, {
    replicas: {
      count: 2,
      lag_bytes: [],
      options: { count: 2, replication_mode: 'async', load_balancing: 'round_robin', enable_haproxy: true },
    },
  });
  const at = (name: string) => screen.getByRole('link', { name }).getAttribute('href');
  expect(at('One replica less')).toBe('/p/default/shop/scale?do=replicas&count=1');
  expect(at('One replica more')).toBe('/p/default/shop/scale?do=replicas&count=3');
  // Others than their number are refused at this stage.
  expect(screen.queryByRole('link', { name: /Options|Change/ })).toBeNull();
});

test('one reason for all of it is said once', () => {
  const refused = { code: 'operation_running', message: 'Cannot change shop now: expand has been running.' };
  const { rungs: all, ...rest } = ladders.single as unknown as Ladder;
  show({ ...rest, rungs: all.map((rung) => (rung.request ? { ...rung, plan: null, refused } : rung)) });
  expect(screen.getAllByText(refused.message, { selector: 'p' })).toHaveLength(1);
});
