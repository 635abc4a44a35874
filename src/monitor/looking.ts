import { labelNames } from '../domain/naming.ts';
import { createLastingSessions, type LastingSessions } from '../nodes/lasting-sessions.ts';
import type { MonitorDependencies } from './dependencies.ts';
import { createListedEngine, type ListedEngine } from './listed-engine.ts';

/** How all that looks at every database again and again does so: on one list of containers, and with one login to each server. */
export interface Looking {
  readonly engine: ListedEngine;
  readonly sessions: LastingSessions;
}

export const createLooking = (dependencies: MonitorDependencies): Looking => {
  const engine = createListedEngine(dependencies.platform, { [labelNames.home]: dependencies.home });
  return { engine, sessions: createLastingSessions({ ...dependencies, platform: engine.platform }) };
};
