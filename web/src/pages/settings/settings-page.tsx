import type { ReactNode } from 'react';
import type { OfDatabase } from '../../shell/of-database.ts';

export const SettingsPage = ({ name }: OfDatabase): ReactNode => <h2>Settings of {name}</h2>;
