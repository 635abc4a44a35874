import type { ReactNode } from 'react';
import type { OfDatabase } from '../../shell/of-database.ts';

export const BackupsPage = ({ name }: OfDatabase): ReactNode => <h2>Backups of {name}</h2>;
