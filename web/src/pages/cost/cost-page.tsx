import type { ReactNode } from 'react';
import type { OfDatabase } from '../../shell/of-database.ts';

export const CostPage = ({ name }: OfDatabase): ReactNode => <h2>Cost of {name}</h2>;
