import { render, screen } from '@testing-library/react';
import type { ReactNode } from 'react';
import { expect, test, vi } from 'vitest';
import { FaultBoundary } from './fault-boundary.tsx';

const drawn = (message: string | null): string => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const Page = (): ReactNode => {
    if (message !== null) throw new Error(message);
    return <p>the page</p>;
  };
  const { unmount } = render(
    <FaultBoundary at="/">
      <Page />
    </FaultBoundary>,
  );
  const text = screen.queryByRole('alert')?.textContent ?? screen.getByText('the page').textContent;
  unmount();
  return text;
};

// After an update the second missing part within a minute left an empty page: the advice to load it again was such a part itself.
test('a page that cannot be drawn says what to do', () => {
  expect(drawn(null)).toBe('the page');
  expect(drawn('Failed to fetch dynamically imported module: /assets/scale-page-1.js')).toContain('pgrow was updated.');
  expect(drawn('Cannot read properties of undefined')).toContain('cannot be shown');
});

test('another page is drawn as if nothing had been', () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const Broken = (): ReactNode => {
    throw new Error('broken');
  };
  const { rerender, unmount } = render(<FaultBoundary at="/a">{<Broken />}</FaultBoundary>);
  expect(screen.getByRole('alert')).toBeTruthy();
  rerender(<FaultBoundary at="/b">another</FaultBoundary>);
  expect(screen.queryByRole('alert')).toBeNull();
  unmount();
});
