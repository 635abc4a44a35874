import type { Dependencies } from '../activities/dependencies.ts';

export type MonitorDependencies = Pick<Dependencies, 'platform' | 'store' | 'components' | 'log' | 'home'>;
