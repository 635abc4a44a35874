/**
 * Asks once in so many milliseconds, however many want to know: who asks in between gets the same answer. A failure is forgotten
 * at once.
 */
export const askedLately = <T>(keptMs: number) => {
  const answers = new Map<string, Promise<T>>();
  return (key: string, ask: () => Promise<T>): Promise<T> => {
    const known = answers.get(key);
    if (known) return known;
    const answer = ask();
    answers.set(key, answer);
    const forget = (): void => void answers.delete(key);
    answer.then(() => setTimeout(forget, keptMs).unref(), forget);
    return answer;
  };
};
