import { allProjects } from '../domain/tokens.ts';
import { changeTools } from './change-tools.ts';
import { controlPlaneTools } from './control-plane-tools.ts';
import { historyTools } from './history-tools.ts';
import { notificationTools } from './notification-tools.ts';
import { numberTools } from './number-tools.ts';
import { stateTools } from './state-tools.ts';
import { mayUse, type Caller, type Tool } from './tool.ts';
import { waitForOperation } from './wait-for-operation.ts';

/** Of whom nothing is known. */
export const stranger: Caller = { role: 'viewer', project: '' };

/** What the token of this caller is good for. */
export const toolsFor = (caller: Caller): readonly Tool[] =>
  [
    ...stateTools,
    ...historyTools,
    ...numberTools,
    waitForOperation,
    ...controlPlaneTools,
    ...notificationTools,
    ...changeTools(caller.role),
  ].filter((tool) => mayUse(caller, tool));

export const allTools = toolsFor({ role: 'admin', project: allProjects });
