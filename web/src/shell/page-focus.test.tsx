import { render, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { expect, test } from 'vitest';
import { usePageFocus } from './page-focus.ts';

const Page = ({ children }: { readonly children: ReactNode }): ReactNode => {
  usePageFocus('/');
  return (
    <main id="main" tabIndex={-1}>
      {children}
    </main>
  );
};

// "Roll back …" had the focus when the rollback began, and went with the banner: Tab began again at the top of the window.
test('the page has the focus when what had it goes', async () => {
  const { rerender, getByRole } = render(
    <Page>
      <button type="button">Roll back</button>
    </Page>,
  );
  getByRole('button').focus();
  rerender(<Page>rolling back</Page>);
  await waitFor(() => expect(document.activeElement).toBe(getByRole('main')));
});
