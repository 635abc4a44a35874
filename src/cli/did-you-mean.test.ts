import { expect, test } from 'vitest';
import { didYouMean } from './did-you-mean.ts';

test('a typing error leads to the name that was meant', () => {
  const names = ['shop', 'shop-before', 'billing'];
  for (const word of ['shpo', 'sho', 'shopp', 'ship', 'Shop'])
    expect(didYouMean(word, names)).toBe(' Did you mean shop?');
  expect(didYouMean('biling', names)).toBe(' Did you mean billing?');
});

test('several that are equally close are all named', () => {
  expect(didYouMean('shop-3', ['shop-1', 'shop-2', 'shop-12'])).toBe(' Did you mean one of shop-1, shop-2?');
});

test('what is not close is not suggested', () => {
  expect(didYouMean('orders', ['shop', 'billing'])).toBe('');
  expect(didYouMean('a', ['b'])).toBe('');
  expect(didYouMean('shop', [])).toBe('');
});
