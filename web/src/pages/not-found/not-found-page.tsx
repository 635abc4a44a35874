import type { ReactNode } from 'react';
import { useLocation } from 'wouter';
import { ButtonLink } from '../../parts/button.tsx';
import { Empty } from '../../parts/notice.tsx';
import { usePageTitle } from '../../parts/page-title.ts';

export const NotFoundPage = (): ReactNode => {
  const [path] = useLocation();
  usePageTitle('Not found');
  return (
    <>
      <h1>There is no such page</h1>
      <Empty>
        <p>
          <code>{path}</code> is not a page of this console.
        </p>
        <ButtonLink href="/">Show the databases</ButtonLink>
      </Empty>
    </>
  );
};
