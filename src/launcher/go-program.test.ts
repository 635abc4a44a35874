import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pinnedVersion } from './go-program.ts';
import { composeModule, temporalModule } from './paths.ts';

const goMod = `module pgrow/tools/example

tool (
	github.com/root/program
	go.temporal.io/server/cmd/server
)

require github.com/one/line v1.2.3

require (
	github.com/docker/docker v28.5.1+incompatible // indirect
	github.com/root/program v1.5.1 // indirect
	go.temporal.io/server v1.31.2 // indirect
)
`;

test.for([
  ['go.temporal.io/server', '1.31.2'],
  ['github.com/docker/docker', '28.5.1'],
  ['github.com/one/line', '1.2.3'],
  // The module itself is the program: its name stands among the tools, too.
  ['github.com/root/program', '1.5.1'],
] as const)('%s is pinned at %s', ([module, version]) => {
  expect(pinnedVersion(goMod, module)).toBe(version);
});

test('a module that is not pinned is named', () => {
  expect(() => pinnedVersion(goMod, 'go.temporal.io/sdk')).toThrow('go.mod does not name go.temporal.io/sdk');
});

test.for([
  [temporalModule, 'go.temporal.io/server'],
  [temporalModule, 'github.com/temporalio/ui-server/v2'],
  [temporalModule, 'github.com/temporalio/cli'],
  [composeModule, 'github.com/docker/compose/v2'],
] as const)('%s pins %s', ([folder, module]) => {
  expect(pinnedVersion(readFileSync(join(folder, 'go.mod'), 'utf8'), module)).toMatch(/^\d+\.\d+\.\d+$/);
});

// Once a checksum was missing, and only machines that had compiled the program before still had it.
test.for([temporalModule, composeModule])('every module that %s requires has its checksum', (folder) => {
  const replaced = /^replace (\S+) => /m;
  const goModOf = readFileSync(join(folder, 'go.mod'), 'utf8');
  const checksums = readFileSync(join(folder, 'go.sum'), 'utf8');
  const required = [...goModOf.matchAll(/^(?:require )?\t?([^\s()]+\.[^\s()]+) (v\S+)(?: \/\/ indirect)?$/gm)];
  const modules = required.filter(([, module]) => module !== replaced.exec(goModOf)?.[1]);
  expect(modules.length).toBeGreaterThan(100);
  const missing = modules.filter(([, module, version]) => !checksums.includes(`${module} ${version} h1:`));
  expect(missing.map(([line]) => line.trim())).toEqual([]);
});
