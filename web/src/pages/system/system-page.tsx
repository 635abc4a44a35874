import type { ReactNode } from 'react';

export const SystemPage = (): ReactNode => <h1>System</h1>;
