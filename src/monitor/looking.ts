import { labelNames } from '../domain/naming.ts';
import { createLastingSessions, type LastingSessions } from '../nodes/lasting-sessions.ts';
import { createNodeImagesReader, type NodeImagesReader } from '../nodes/read-node-images.ts';
import type { LookingDependencies } from './dependencies.ts';
import { createListedEngine, type ListedEngine } from './listed-engine.ts';

/** How all that looks at every database again and again does so: on one list of containers, and with one login to each server. */
export interface Looking {
  readonly engine: ListedEngine;
  readonly sessions: LastingSessions;
  readonly nodeImages: NodeImagesReader;
}

export const createLooking = (dependencies: LookingDependencies): Looking => {
  const engine = createListedEngine(dependencies.platform, { [labelNames.home]: dependencies.home });
  const listed = { ...dependencies, platform: engine.platform };
  return { engine, sessions: createLastingSessions(listed), nodeImages: createNodeImagesReader(listed) };
};
