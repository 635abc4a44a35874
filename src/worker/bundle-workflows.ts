import { renameSync, writeFileSync } from 'node:fs';
import { DefaultLogger } from '@temporalio/worker';
import { bundleWorkflows } from './workflow-code.ts';

/** Run by `workflow-bundle.ts` as a process of its own: `node bundle-workflows.ts FILE`. */
const [, , file] = process.argv;
if (file === undefined) throw new Error('usage: node bundle-workflows.ts FILE');
const { code } = await bundleWorkflows(new DefaultLogger('WARN'));
// The file is there as a whole, or not at all.
writeFileSync(`${file}.${process.pid}`, code);
renameSync(`${file}.${process.pid}`, file);
