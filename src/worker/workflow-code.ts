import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type Logger, type WorkflowBundleWithSourceMap } from '@temporalio/worker';

const fileOf = (name: string): string => fileURLToPath(new URL(`../workflows/${name}.ts`, import.meta.url));

/** What a worker, and a replay of histories, needs of the workflows. */
export const workflowsPath = fileOf('index');
export const dataConverter = { failureConverterPath: fileOf('failure-converter') };

/** `versioned`: for a worker with a deployment version. */
export const bundleKinds = ['plain', 'versioned'] as const;
export type BundleKind = (typeof bundleKinds)[number];

export const bundleWorkflows = (logger: Logger, kind: BundleKind = 'plain'): Promise<WorkflowBundleWithSourceMap> =>
  bundleWorkflowCode({
    workflowsPath: kind === 'plain' ? workflowsPath : fileOf('versioned'),
    ...dataConverter,
    logger,
  });
