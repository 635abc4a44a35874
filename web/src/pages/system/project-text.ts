/** `all projects`, `default`. */
export const projectText = (project: string): string => (project === '*' ? 'all projects' : project);
