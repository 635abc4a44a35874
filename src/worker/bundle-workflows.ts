import { renameSync, writeFileSync } from 'node:fs';
import { DefaultLogger } from '@temporalio/worker';
import { draftOf } from '../launcher/kept-files.ts';
import { bundleKinds, bundleWorkflows } from './workflow-code.ts';

/** Run by `workflow-bundle.ts` as a process of its own: `node bundle-workflows.ts FILE KIND`. */
const [, , file, name] = process.argv;
const kind = bundleKinds.find((one) => one === name);
if (file === undefined || kind === undefined)
  throw new Error(`usage: node bundle-workflows.ts FILE ${bundleKinds.join('|')}`);
const { code } = await bundleWorkflows(new DefaultLogger('WARN'), kind);
// The file is there as a whole, or not at all.
const draft = draftOf(file);
writeFileSync(draft, code);
renameSync(draft, file);
