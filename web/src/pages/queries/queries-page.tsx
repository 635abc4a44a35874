import type { ReactNode } from 'react';
import type { OfDatabase } from '../../shell/of-database.ts';

export const QueriesPage = ({ name }: OfDatabase): ReactNode => <h2>Query Logs of {name}</h2>;
