import type { ReactNode } from 'react';
import type { OfDatabase } from '../../shell/of-database.ts';

export const OperationPage = ({ name, id }: OfDatabase & { readonly id: string }): ReactNode => (
  <h2>
    Operation {id} of {name}
  </h2>
);
