/** `work_mem`, or `auto_explain.log_min_duration` of a library. */
const pattern = /^[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_$]*)*$/i;

export const isSettingName = (name: string): boolean => name.length <= 63 && pattern.test(name);

export const settingNameRule = 'the name of a PostgreSQL setting, such as work_mem or auto_explain.log_min_duration';

export const settingValueRule =
  'one line of text of up to 10000 characters, a number, true or false, or null to take a value back';

/** All others are spelled in lower case. */
const capitalized: Readonly<Record<string, string>> = {
  datestyle: 'DateStyle',
  intervalstyle: 'IntervalStyle',
  timezone: 'TimeZone',
};

/** As the server spells a name that it takes in any case: one setting must not be written twice. */
export const canonicalSettingName = (name: string): string => {
  const lower = name.toLowerCase();
  return capitalized[lower] ?? lower;
};
