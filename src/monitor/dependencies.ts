import type { Dependencies } from '../nodes/dependencies.ts';

export type MonitorDependencies = Pick<Dependencies, 'platform' | 'store' | 'components' | 'log' | 'home'>;
