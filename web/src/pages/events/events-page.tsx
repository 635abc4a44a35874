import type { ReactNode } from 'react';
import type { OfDatabase } from '../../shell/of-database.ts';

export const EventsPage = ({ name }: OfDatabase): ReactNode => <h2>Events of {name}</h2>;
