import type { Dependencies } from '../nodes/dependencies.ts';

export type MonitorDependencies = Pick<Dependencies, 'platform' | 'store' | 'components' | 'log' | 'home'>;

/** What looking again and again needs besides. */
export type LookingDependencies = MonitorDependencies & Pick<Dependencies, 'images'>;
