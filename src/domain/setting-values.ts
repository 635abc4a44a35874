/** What a server runs with, as `pg_settings` has it. */
export interface RunningValue {
  readonly vartype: string;
  /** `8kB`, `ms`; null for none. */
  readonly unit: string | null;
  /** In that unit. */
  readonly setting: string;
}

/** Of each unit how many of the smallest of its kind (PostgreSQL manual, 19.1.1 Parameter Names and Values). */
const units: Readonly<Record<string, { readonly of: 'memory' | 'time'; readonly worth: number }>> = {
  B: { of: 'memory', worth: 1 },
  kB: { of: 'memory', worth: 1024 },
  MB: { of: 'memory', worth: 1024 ** 2 },
  GB: { of: 'memory', worth: 1024 ** 3 },
  TB: { of: 'memory', worth: 1024 ** 4 },
  us: { of: 'time', worth: 1 },
  ms: { of: 'time', worth: 1000 },
  s: { of: 'time', worth: 1_000_000 },
  min: { of: 'time', worth: 60_000_000 },
  h: { of: 'time', worth: 3_600_000_000 },
  d: { of: 'time', worth: 86_400_000_000 },
};

/**
 * Whether a server takes a text, as a file has it, for the value that it runs with: 1024MB is 1GB, and `yes` is `on`. False where
 * only the server can tell, as with text that it spells in its own way.
 */
export const meansTheSame = (running: RunningValue, text: string): boolean => {
  switch (running.vartype) {
    case 'bool':
      return truthOf(text) !== null && truthOf(text) === truthOf(running.setting);
    case 'integer':
    case 'real':
      return sameNumber(running, text);
    case 'enum':
      return text.toLowerCase() === running.setting.toLowerCase();
    default:
      return text === running.setting;
  }
};

/** Any beginning that is of one word only. */
const truthOf = (text: string): boolean | null => {
  const word = text.trim().toLowerCase();
  if (word === '') return null;
  if (['true', 'yes', '1'].some((each) => each.startsWith(word)) || word === 'on') return true;
  return ['false', 'no', '0'].some((each) => each.startsWith(word)) || ['of', 'off'].includes(word) ? false : null;
};

const sameNumber = ({ vartype, unit, setting }: RunningValue, text: string): boolean => {
  const value = numberIn(text, unit);
  if (value === null) return false;
  if (vartype === 'integer') return Math.round(value) === Number(setting);
  return Math.abs(value - Number(setting)) <= 1e-9 * Math.max(1, Math.abs(value));
};

/** A text as a file has it, in this unit: 1GB is 1024 in MB. Null for what is no decimal number, or of another kind of unit. */
export const numberIn = (text: string, unit: string | null): number | null => {
  const [, number, name = ''] = /^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)\s*([a-z]*)\s*$/i.exec(text) ?? [];
  if (number === undefined) return null;
  const factor = name === '' ? 1 : factorOf(name, unit);
  return factor === null ? null : Number(number) * factor;
};

/** How many of `base`, as `8kB`, make one of these. */
const factorOf = (name: string, base: string | null): number | null => {
  const [, count, baseName = ''] = /^(\d*)([a-zA-Z]+)$/.exec(base ?? '') ?? [];
  const [unit, own] = [units[name], units[baseName]];
  if (!unit || !own || unit.of !== own.of) return null;
  return unit.worth / (own.worth * Number(count || 1));
};
