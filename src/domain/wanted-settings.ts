import { z } from 'zod';
import { canonicalSettingName, isSettingName, settingNameRule, settingValueRule } from './setting-names.ts';

/** In one change: all of them are tried on the server before it is planned. */
const mostSettings = 50;

/** A line break would end the line of a server's file that has the value. */
const isOneLine = (text: string): boolean => !/\p{Cc}/u.test(text);

/** By name; null takes a chosen value back. Numbers and booleans are written as PostgreSQL writes them. */
export const wantedSettings = z
  .record(
    z.string().refine(isSettingName, settingNameRule),
    z
      .union([z.string().max(10_000).refine(isOneLine, 'one line of text'), z.number(), z.boolean()], settingValueRule)
      .nullable()
      .transform((value) =>
        typeof value === 'boolean' ? (value ? 'on' : 'off') : value === null ? null : String(value),
      ),
  )
  .superRefine((settings, context) => {
    for (const { name, rule } of unfitNames(Object.keys(settings)))
      context.addIssue({ code: 'custom', path: [name], message: rule });
  })
  .meta({ maxProperties: mostSettings })
  .transform((settings) =>
    Object.fromEntries(Object.entries(settings).map(([name, value]) => [canonicalSettingName(name), value])),
  );

/** Of one setting under two spellings nothing would say which value counts. */
const unfitNames = (names: readonly string[]): readonly { readonly name: string; readonly rule: string }[] => {
  const [surplus] = names.slice(mostSettings);
  if (surplus !== undefined) return [{ name: surplus, rule: `at most ${mostSettings} settings in one change` }];
  return names.flatMap((name, index) => {
    const same = names.slice(0, index).find((each) => canonicalSettingName(each) === canonicalSettingName(name));
    return same === undefined ? [] : [{ name, rule: `each setting once, and ${same} is the same one` }];
  });
};

export const wantedExtensions = z
  .array(z.string().min(1).max(63))
  .max(50)
  .superRefine((names, context) => {
    for (const [index, name] of names.entries())
      if (names.indexOf(name) < index)
        context.addIssue({ code: 'custom', path: [index], message: 'each extension once' });
  });
