import { act, render, screen } from '@testing-library/react';
import { type ReactNode, Suspense } from 'react';
import { expect, test, vi } from 'vitest';
import { FaultBoundary } from '../shell/fault-boundary.tsx';
import { lazyPart } from './lazy-part.ts';

const Page = (): ReactNode => <p>the page</p>;

const drawn = async (fetched: { readonly Page: typeof Page } | undefined): Promise<string | null> => {
  const Part = lazyPart(async () => fetched, 'Page');
  const { unmount, container } = render(
    <FaultBoundary at="/">
      <Suspense fallback="loading">
        <Part />
      </Suspense>
    </FaultBoundary>,
  );
  await act(() => new Promise((next) => setTimeout(next)));
  const text = container.textContent;
  unmount();
  return text;
};

test('a part is drawn once it is fetched', async () => {
  expect(await drawn({ Page })).toBe('the page');
});

// A page that was left while its part was being fetched ended with "Cannot read properties of undefined".
test('of a part that could not be fetched nothing is drawn while the page is about to be loaded again', async () => {
  const errors = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  expect(await drawn(undefined)).toBe('loading');
  expect(screen.queryByRole('alert')).toBeNull();
  expect(errors).not.toHaveBeenCalled();
});
