import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type Logger, type WorkflowBundleWithSourceMap } from '@temporalio/worker';

const fileOf = (name: string): string => fileURLToPath(new URL(`../workflows/${name}.ts`, import.meta.url));

/** What a worker, and a replay of histories, needs of the workflows. */
export const workflowsPath = fileOf('index');
export const dataConverter = { failureConverterPath: fileOf('failure-converter') };

export const bundleWorkflows = (logger: Logger): Promise<WorkflowBundleWithSourceMap> =>
  bundleWorkflowCode({ workflowsPath, ...dataConverter, logger });
