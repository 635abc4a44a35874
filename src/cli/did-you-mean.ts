/** As commander suggests verbs and options: at most so many typing errors, and more right than wrong. */
const mostErrors = 3;
const leastSimilarity = 0.4;

/** ` Did you mean shop?`, to stand behind a sentence; empty where nothing is close. */
export const didYouMean = (word: string, names: readonly string[]): string => {
  const close = closest(word, names);
  if (close.length === 0) return '';
  return ` Did you mean ${close.length === 1 ? '' : 'one of '}${close.join(', ')}?`;
};

const closest = (word: string, names: readonly string[]): string[] => {
  const likely = [...new Set(names)]
    .map((name) => ({ name, errors: typingErrors(word, name), length: Math.max(word.length, name.length) }))
    .filter(({ errors, length }) => errors <= mostErrors && (length - errors) / length > leastSimilarity);
  const fewest = Math.min(...likely.map(({ errors }) => errors));
  return likely.flatMap(({ name, errors }) => (errors === fewest ? [name] : [])).toSorted();
};

/** Letters left out, added, replaced or swapped with their neighbour (optimal string alignment distance). */
const typingErrors = (from: string, to: string): number => {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = rows[row - 1]![column - 1]! + (from[row - 1] === to[column - 1] ? 0 : 1);
      const swapped =
        row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
          ? rows[row - 2]![column - 2]! + 1
          : replaced;
      current.push(Math.min(rows[row - 1]![column]! + 1, current[column - 1]! + 1, replaced, swapped));
    }
    rows.push(current);
  }
  return rows[from.length]![to.length]!;
};
