/** A value of a JSON document as a person would write it: texts without quotation marks. */
export const plainText = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
