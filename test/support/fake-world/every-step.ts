import { randomUUID } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import type { OperationDocument } from '../../../src/domain/operation.ts';
import type { Step } from '../../../src/domain/plan.ts';
import { closeWindow, performAtOnce } from './without-temporal.ts';
import { acknowledged, expectAccountedFor, expectPutBack, expectSound } from './expectations.ts';
import { passing, type ActivityCall } from './faults.ts';
import type { Shop } from './operator.ts';
import type { Peer } from './outside.ts';
import { comparable } from './world-snapshot.ts';
import { lose, tell, type Story } from './story.ts';

/** Databases that fail at the same time: mostly they wait for Temporal. */
export const atOnce = 10;

export interface Trial {
  readonly story: Story;
  readonly newShop: () => Shop;
  /** Steps to break at; all of them by default. */
  readonly at?: (step: Step) => boolean;
}

/** Index of the first step past which nothing is undone; the number of steps where there is none. */
export const noReturnOf = ({ plan: { steps } }: Story): number => {
  const index = steps.findIndex((step) => step.point_of_no_return);
  return index < 0 ? steps.length : index;
};

/** Whether clients are served, before and after: not where there is no database, nor by one that is stopped. */
const servesBefore = ({ leader, plan: { from } }: Story): boolean => leader !== null && !from?.stopped;
const servesAfter = ({ plan: { to } }: Story): boolean => to !== null && !to.stopped;

/** Whether all its nodes are there and work when it begins. */
const isWhole = ({ lost, frozen }: Story): boolean => lost.length === 0 && !frozen;
/** Clients are without a primary for a moment, and without HAProxy until they are led to the new one. */
const isFailover = ({ deed }: Story): boolean => deed.workflow === 'failover';
const servesThroughout = (story: Story): boolean =>
  servesBefore(story) && servesAfter(story) && isWhole(story) && !isFailover(story);

/** A database as the story begins with it, with something to lose. */
export const begin = async ({ story, newShop }: Trial): Promise<Shop> => {
  const shop = newShop();
  await story.prepare(shop);
  if (servesBefore(story)) await shop.write(acknowledged, 'postgres');
  for (const node of story.lost) await lose(shop, node);
  if (story.frozen) shop.world.machines.hang(story.leader!, 'paused');
  return shop;
};

/**
 * Breaks an operation for good at every step before its point of no return: after the step has done everything, and where
 * it has a compensation also before it has done anything.
 */
export const breakAtEveryStep = ({ story, newShop, at = () => true }: Trial): void => {
  vi.setConfig({ maxConcurrency: atOnce });
  const breaks = story.plan.steps.slice(0, noReturnOf(story)).flatMap((step, index) => {
    if (!at(step)) return [];
    const after = { name: step.name, index, when: 'after' as const };
    return step.undo.length > 0 ? [{ ...after, when: 'before' as const }, after] : [after];
  });

  describe.concurrent(`${story.name}, broken for good`, () => {
    test.for(breaks)('$when "$name" is undone', async ({ when, index }) => {
      const shop = await begin({ story, newShop });
      const operation = randomUUID();
      const before = await whatWillBePutBack({ story, newShop }, shop, index);
      const open = await shop.world.store.readOpenCheckpoint(shop.id);
      shop.world.faults.add({ when, at: forward(operation, index) });
      const document = await tell(story, shop, operation);

      expect(document.error?.step).toBe(document.steps[index]?.name);
      await expectPutBack(shop, before, document);
      if (servesBefore(story) && isWhole(story)) {
        await expectSound(shop, story.leader);
        await expectAccountedFor(shop);
      }
      // What had not begun to act leaves it open; whatever else has begun has closed it.
      const stillOpen = keepsWindow(story, index) ? open : null;
      expect(await shop.world.store.readOpenCheckpoint(shop.id)).toEqual(stillOpen);
    });
  });
};

/** Workers that die, going forward and going back. */
export const dieAtEveryStep = ({ story, newShop }: Trial): void => {
  vi.setConfig({ maxConcurrency: atOnce });
  const noReturn = noReturnOf(story);

  describe.concurrent(`${story.name}, with workers that die`, () => {
    test('after everything they do, and again when all is done', async () => {
      const shop = await begin({ story, newShop });
      const operation = randomUUID();
      const { faults, lives } = shop.world;
      const firstTry = ({ name, try: attempt }: ActivityCall) => attempt === 1 && name !== 'watchHealth';
      faults.dieInside(firstTry);
      faults.add({ when: 'after', error: passing, at: firstTry });
      if (servesThroughout(story)) {
        faults.lookAround(
          ({ context }) => context?.operation === operation,
          () => expectSound(shop),
        );
      }
      const document = await tell(story, shop, operation);

      expect(document).toMatchObject({ status: 'done', error: null });
      expect(lives.deaths()).toBeGreaterThan(document.steps.length);
      await expectAsEver({ story, newShop }, shop);
    });

    test.runIf(noReturn > 0)('after everything they undo', async () => {
      const shop = await begin({ story, newShop });
      const operation = randomUUID();
      const before = await whatWillBePutBack({ story, newShop }, shop, noReturn - 1);
      const { faults, lives } = shop.world;
      const goingBack = ['sweepOperation', 'endOperation'];
      faults.dieInside(({ name, context }) => context?.direction === 'undo' || goingBack.includes(name));
      faults.add({ when: 'after', at: forward(operation, noReturn - 1) });
      const document = await tell(story, shop, operation);

      expect(lives.deaths()).toBeGreaterThan(goingBack.length);
      await expectPutBack(shop, before, document);
      if (servesBefore(story) && isWhole(story)) await expectSound(shop, story.leader);
    });
  });
};

/** Activities that refuse an operation at once when something does not answer. Nothing was touched by then. */
const refusing = (workflow: string): readonly string[] => {
  switch (workflow) {
    // One that is not to wait takes what it cannot see for an obstacle.
    case 'switchover':
      return ['openOperation', 'preflightCutOver'];
    // A server that does not say what it holds does not lead.
    case 'failover':
      return ['openOperation'];
    // There are no nodes to be looked at first: it begins with the engine, and reports one that does not answer.
    case 'createDatabase':
    case 'restoreSnapshot':
    // Its nodes are not looked at: their passwords may be lost.
    case 'destroyDatabase':
      return ['openOperation'];
    default:
      return [];
  }
};

/**
 * Calls that are never answered, whomever they ask, going forward and going back: each comes to the end of its limit, and
 * the same is done again. A second time each has had its effect, and only its answer is missing. `hung` hears of whom.
 */
export const hangAtEveryStep = ({ story, newShop, hung }: Trial & { readonly hung: Set<Peer> }): void => {
  vi.setConfig({ maxConcurrency: atOnce });
  const noReturn = noReturnOf(story);

  describe.concurrent(`${story.name}, with calls that are never answered`, () => {
    test.for(['without effect', 'with its effect'] as const)('each %s, in everything it does', async (effect) => {
      const shop = await begin({ story, newShop });
      const { faults, outside } = shop.world;
      const spared = ['watchHealth', ...refusing(story.deed.workflow)];
      faults.hangInside(({ name, try: attempt }) => attempt === 1 && !spared.includes(name), effect);
      const document = await tell(story, shop);

      expect(document).toMatchObject({ status: 'done', error: null });
      for (const peer of outside.hung) hung.add(peer);
      await expectAsEver({ story, newShop }, shop);
    });

    test.runIf(noReturn > 0)('in everything it undoes', async () => {
      const shop = await begin({ story, newShop });
      const operation = randomUUID();
      const before = await whatWillBePutBack({ story, newShop }, shop, noReturn - 1);
      const { faults, outside } = shop.world;
      const goingBack = ['sweepOperation', 'endOperation'];
      faults.hangInside(
        ({ name, context }) => context?.direction === 'undo' || goingBack.includes(name),
        'without effect',
      );
      faults.add({ when: 'after', at: forward(operation, noReturn - 1) });
      const document = await tell(story, shop, operation);

      expect(outside.hung).toContain('the engine');
      for (const peer of outside.hung) hung.add(peer);
      await expectPutBack(shop, before, document);
      if (servesBefore(story) && isWhole(story)) await expectSound(shop, story.leader);
    });
  });
};

/**
 * Breaks an operation for good at its point of no return and after every step past it, each time when it has been asked
 * for again: the database serves all the time, and in the end it is what an untroubled operation makes of it.
 */
export const breakPastReturn = ({ story, newShop }: Trial): void => {
  vi.setConfig({ maxConcurrency: atOnce });
  const { steps } = story.plan;
  const noReturn = noReturnOf(story);
  const after = steps.map((_, index) => ({ index, when: 'after' as const })).slice(noReturn);

  const title = 'broken at every step past its point of no return, is resumed by the same request';
  test.concurrent(`${story.name}, ${title}`, async () => {
    const shop = await begin({ story, newShop });
    const { faults } = shop.world;
    let last: OperationDocument | null = null;
    for (const { when, index } of [{ index: noReturn, when: 'before' as const }, ...after]) {
      // One that ran beside the one that broke before.
      if (last?.steps[index]?.status === 'done') continue;
      const operation = randomUUID();
      faults.clear();
      faults.add({ when, at: forward(operation, index) });
      last = await tell(story, shop, operation);

      const where = `${when} ${steps[index]!.name}`;
      expect({ where, status: last.status }).toEqual({ where, status: 'needs_operator' });
      expect(last.error?.step).toBe(last.steps[index]?.name);
      if (servesAfter(story) && isWhole(story) && !isFailover(story)) await expectSound(shop);
    }
    faults.clear();
    last = await tell(story, shop);

    expect(last).toMatchObject({ status: 'done', error: null });
    expect(new Set(last.steps.map(({ status }) => status))).toEqual(new Set(['done']));
    await expectAsEver({ story, newShop }, shop);
  });
};

/** Operations that leave the way back of the one before open. */
const leavesWindow = ({ deed: { workflow } }: Story): boolean =>
  ['rollback', 'repair', 'takeSnapshot', 'rotateDatabase'].includes(workflow);

/** The forward action of a step, whichever try and attempt it is. */
const forward =
  (operation: string, step: number) =>
  ({ context }: ActivityCall): boolean =>
    context?.operation === operation && context.direction === 'run' && context.step === step;

/** Whether the rollback window of the operation before is still open once this step has begun. */
const keepsWindow = (story: Story, step: number): boolean =>
  leavesWindow(story) || step < (story.plan.closes_window?.step ?? 0);

/** What is there, but for what an open window keeps that the operation has closed when it breaks at this step. */
const whatWillBePutBack = async ({ story, newShop }: Trial, shop: Shop, step: number): Promise<object> => {
  const isOpen = (await shop.world.store.readOpenCheckpoint(shop.id)) !== null;
  if (!isOpen || keepsWindow(story, step)) return comparable(shop);
  const settled = await begin({ story, newShop });
  await closeWindow(settled);
  return comparable(settled);
};

/** As after the same operation without any trouble. */
const expectAsEver = async ({ story, newShop }: Trial, shop: Shop): Promise<void> => {
  const untroubled = await begin({ story, newShop });
  await performAtOnce(untroubled, story.deed);
  expect(await comparable(shop)).toEqual(await comparable(untroubled));
  if (!servesAfter(story)) return;
  if (!story.leader) await shop.write(acknowledged, 'postgres');
  await expectSound(shop, story.plan.to!.primary);
  await expectAccountedFor(shop);
};
