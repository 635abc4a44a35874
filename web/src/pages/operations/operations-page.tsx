import type { ReactNode } from 'react';
import type { OfDatabase } from '../../shell/of-database.ts';

export const OperationsPage = ({ name }: OfDatabase): ReactNode => <h2>Operations of {name}</h2>;
