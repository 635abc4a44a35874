import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type Logger, type WorkflowBundleWithSourceMap } from '@temporalio/worker';

const fileOf = (name: string): string => fileURLToPath(new URL(`../workflows/${name}.ts`, import.meta.url));

/** What a worker, and a replay of histories, needs of the workflows. */
const workflowsPath = fileOf('index');
export const dataConverter = { failureConverterPath: fileOf('failure-converter') };

/** `versioned`: for a worker with a deployment version. `traced`: for one that sends traces. */
export const bundleKinds = ['plain', 'versioned', 'traced-plain', 'traced-versioned'] as const;
export type BundleKind = (typeof bundleKinds)[number];

export const bundleWorkflows = (logger: Logger, kind: BundleKind = 'plain'): Promise<WorkflowBundleWithSourceMap> =>
  bundleWorkflowCode({
    workflowsPath: kind.endsWith('plain') ? workflowsPath : fileOf('versioned'),
    ...(kind.startsWith('traced') && { workflowInterceptorModules: [fileOf('tracing')] }),
    ...dataConverter,
    logger,
  });
