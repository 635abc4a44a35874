import type { ReactNode } from 'react';
import type { OfDatabase } from '../../shell/of-database.ts';

export const ConnectPage = ({ name }: OfDatabase): ReactNode => <h2>Connect of {name}</h2>;
