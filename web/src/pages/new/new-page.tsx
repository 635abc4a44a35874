import type { ReactNode } from 'react';

export const NewPage = (): ReactNode => <h1>New database</h1>;
