import type { ReactNode } from 'react';
import { Notice } from '../../parts/notice.tsx';

/** What cannot be shown and why, in the words of the API. */
export const Sentences = ({ says }: { readonly says: readonly string[] }): ReactNode =>
  says.map((sentence) => (
    <Notice key={sentence} tone="info">
      <p>{sentence}</p>
    </Notice>
  ));
