import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The first half of `npm run pack:client`: compiles the entry and what it imports into `lib`, and adds what the package is published with. */

const folder = import.meta.dirname;
const root = join(folder, '../..');
const lib = join(folder, 'lib');
rmSync(lib, { recursive: true, force: true });
execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { stdio: 'inherit' });
// The compiler rewrites file names in code and leaves them in declarations, where older compilers do not find them.
for (const name of readdirSync(lib, { recursive: true, encoding: 'utf8' }).filter((each) => each.endsWith('.d.ts'))) {
  const file = join(lib, name);
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/((?:from|import\() ?['"]\.[^'"]*)\.ts(['"])/g, '$1.js$2'));
}
copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
copyFileSync(join(root, 'docs/messages.schema.json'), join(folder, 'messages.schema.json'));
