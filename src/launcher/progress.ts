/** Takes one line about what is being done, for a person who waits. */
export type Progress = (line: string) => void;
