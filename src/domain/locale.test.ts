import { expect, test } from 'vitest';
import { isLocale, languageOf, languageTagOf } from './locale.ts';

test.each(['C', 'POSIX', 'C.UTF-8', 'en_US.UTF-8', 'en_US.utf8', 'ja_JP.UTF-8', 'vi_VN.UTF-8', 'ca_ES.UTF-8@valencia'])(
  'a server can be made with %s',
  (locale) => expect(isLocale(locale)).toBe(true),
);

// initdb would fail on them, in the middle of the creation.
test.each(['en_US', 'english', 'en_XX.UTF-8', 'de_DE.ISO-8859-1', 'de_DE@euro', '', 'C.UTF-8; id', 'ca_ES.UTF-8@x'])(
  'and not with %j',
  (locale) => expect(isLocale(locale)).toBe(false),
);

test('its language', () => {
  expect([languageOf('pt_BR.UTF-8'), languageTagOf('pt_BR.UTF-8')]).toEqual(['pt', 'pt-BR']);
  expect([languageOf('C.UTF-8'), languageTagOf('POSIX')]).toEqual([null, null]);
});
