import { bundlesOfThisCopy, ensureWorkflowBundle } from './workflow-bundle.ts';

/** Run by the launcher in a new copy of the sources, so that a worker that is started from it takes tasks at once. */
await ensureWorkflowBundle(bundlesOfThisCopy, 'versioned');
