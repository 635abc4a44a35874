import type { ReactNode } from 'react';
import type { OfDatabase } from '../../shell/of-database.ts';

export const OverviewPage = ({ name }: OfDatabase): ReactNode => <h2>Overview of {name}</h2>;
