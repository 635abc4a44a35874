import { expect, test } from 'vitest';
import { withVariables } from './compose-variables.ts';

const variables = { PGROW_IMAGE: 'pgrow/control-plane:1', PGROW_DOCKER_GID: '998' };
const path = '/srv/pgrow/.env';

test('a new file has the variables alone', () => {
  expect(withVariables(null, variables, path)).toBe(
    '# Written by "pgrow images --compose", which replaces these lines and no others.\n' +
      'PGROW_IMAGE=pgrow/control-plane:1\n' +
      'PGROW_DOCKER_GID=998\n' +
      '# End of what pgrow writes.\n',
  );
});

test('a second run replaces what the first one wrote, and keeps the lines before and after it', () => {
  const content = `PGROW_API_PORT=8080\n${withVariables(null, variables, path)}COMPOSE_PROJECT_NAME=shop\n`;
  expect(withVariables(content, { PGROW_IMAGE: 'pgrow/control-plane:2' }, path)).toBe(
    'PGROW_API_PORT=8080\n' +
      '# Written by "pgrow images --compose", which replaces these lines and no others.\n' +
      'PGROW_IMAGE=pgrow/control-plane:2\n' +
      '# End of what pgrow writes.\n' +
      'COMPOSE_PROJECT_NAME=shop\n',
  );
});

test('what stood there is kept, also without an end of line', () => {
  expect(withVariables('A=1', variables, path)).toMatch(/^A=1\n# Written by/);
});

// It would say one thing in the file and Compose would do the other: the last line wins.
test.for(['PGROW_IMAGE=mine', ' export PGROW_IMAGE = mine', 'PGROW_IMAGE: mine'])(
  'a line that pgrow did not write is never overruled: %s',
  (line) => {
    expect(() => withVariables(`A=1\n${line}\n`, variables, path)).toThrow(
      '/srv/pgrow/.env sets PGROW_IMAGE in line 2, which pgrow did not write.',
    );
  },
);

test('a comment about a variable and a longer name are no lines that set it', () => {
  const content = '# PGROW_IMAGE=mine\nPGROW_IMAGE_OLD=2\n';
  expect(withVariables(content, variables, path).startsWith(content)).toBe(true);
});

test('lines whose end was removed are not guessed at', () => {
  const content = withVariables(null, variables, path).replace('# End of what pgrow writes.\n', 'OTHER=1\n');
  expect(() => withVariables(content, variables, path)).toThrow(
    'the line "# End of what pgrow writes." after it is gone',
  );
});
