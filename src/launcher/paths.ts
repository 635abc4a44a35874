import { fileURLToPath } from 'node:url';

const inRepository = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export const repositoryRoot = inRepository('.');
export const sourceDirectory = inRepository('src');
export const imagesDirectory = inRepository('images');
export const temporalModule = inRepository('tools/temporal');
export const composeModule = inRepository('tools/compose');
