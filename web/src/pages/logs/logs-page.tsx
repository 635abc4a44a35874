import type { ReactNode } from 'react';
import type { OfDatabase } from '../../shell/of-database.ts';

export const LogsPage = ({ name }: OfDatabase): ReactNode => <h2>Logs of {name}</h2>;
