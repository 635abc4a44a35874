/** Of curves, in their order: none is known by its colour alone. CSS pixels. */
export const dashes: readonly (readonly number[])[] = [[], [7, 3], [2, 3], [10, 3, 2, 3], [4, 4], [14, 4]];
