export const hart = 1;
