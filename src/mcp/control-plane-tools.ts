import { z } from 'zod';
import { auditAnswer, meAnswer, sessionsAnswer, tokensAnswer } from '../api/documents/access.ts';
import { findingsAnswer, workersAnswer } from '../api/documents/control-plane.ts';
import { outdatedAnswer } from '../api/documents/outdated.ts';
import { fleetAnswer } from '../api/documents/state.ts';
import { systemAnswer } from '../api/documents/system.ts';
import { nothing, page, query } from './inputs.ts';
import { readTool, type Tool } from './tool.ts';

/** The control plane as a whole, and who may do what. */
export const controlPlaneTools: readonly Tool[] = [
  readTool({
    name: 'get_control_plane',
    title: 'The control plane',
    description: 'Addresses of the control plane, and all databases with stage, health and the operation that runs.',
    input: nothing,
    answer: fleetAnswer,
    path: () => '/v1/status',
  }),
  readTool({
    name: 'get_system',
    title: 'Parts of the control plane',
    description:
      'API, worker, monitor, Temporal, Docker and metadata: which is up, since when, and what to do where one is not.',
    input: nothing,
    answer: systemAnswer,
    path: () => '/v1/system',
  }),
  readTool({
    name: 'get_me',
    title: 'Whose token this is',
    description: 'Who calls: the name of the token, its project and role.',
    input: nothing,
    answer: meAnswer,
    path: () => '/v1/me',
  }),
  readTool({
    name: 'get_outdated',
    title: 'Outdated nodes',
    description:
      'Nodes of all databases whose image is older than the one that such nodes are made from now, each with the command that brings it up to date.',
    input: nothing,
    answer: outdatedAnswer,
    path: () => '/v1/outdated',
  }),
  readTool({
    name: 'get_workers',
    title: 'Workers',
    description: 'Versions of the worker, the operations under each, and who asks for work.',
    allProjects: true,
    input: nothing,
    answer: workersAnswer,
    path: () => '/v1/workers',
  }),
  readTool({
    name: 'get_findings',
    title: 'What the doctor finds',
    description:
      'Leftovers, nodes that are missing or were changed, and what nothing will end by itself, with the command a person would run.',
    role: 'operator',
    allProjects: true,
    input: nothing,
    answer: findingsAnswer,
    path: () => '/v1/doctor',
  }),
  readTool({
    name: 'list_audit',
    title: 'The audit',
    description: 'Changes that were asked for, and refusals, newest first: when, who, what.',
    role: 'admin',
    input: z.strictObject({
      database: z.string().min(1).max(63).optional().describe('Only those about this database: its name or id.'),
      ...page(50),
    }),
    answer: auditAnswer,
    path: (input) => query('/v1/audit', input),
  }),
  readTool({
    name: 'list_tokens',
    title: 'Tokens',
    description: 'Tokens with role, expiry and last use, newest first. What a token itself is appears nowhere.',
    role: 'admin',
    input: z.strictObject(page(50)),
    answer: tokensAnswer,
    path: (input) => query('/v1/tokens', input),
  }),
  readTool({
    name: 'list_sessions',
    title: 'Browsers that are signed in',
    description:
      'Browsers that are signed in to the web console with this token, or, for an admin of all projects, with any.',
    input: nothing,
    answer: sessionsAnswer,
    path: () => '/v1/sessions',
  }),
];
