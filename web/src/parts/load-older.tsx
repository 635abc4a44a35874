import type { ReactNode } from 'react';
import { Button } from './button.tsx';

/** At the end of a list that is read page by page. Nothing once all of it is there. */
export const LoadOlder = ({
  hasOlder,
  isLoading,
  onLoad,
}: {
  readonly hasOlder: boolean;
  readonly isLoading: boolean;
  readonly onLoad: () => void;
}): ReactNode =>
  hasOlder && (
    <p>
      <Button refused={isLoading ? 'It is on its way.' : null} onClick={onLoad}>
        Load older
      </Button>
    </p>
  );
