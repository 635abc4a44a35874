import type { ReactNode } from 'react';
import type { OfDatabase } from '../../shell/of-database.ts';

export const MetricsPage = ({ name }: OfDatabase): ReactNode => <h2>Metrics of {name}</h2>;
