import type { ReactNode } from 'react';
import type { OfDatabase } from '../../shell/of-database.ts';

export const ScalePage = ({ name }: OfDatabase): ReactNode => <h2>Scale of {name}</h2>;
