export const naive = 1;
