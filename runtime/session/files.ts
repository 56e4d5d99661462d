/** Files that scripts name: assembly text of programs, images. Whoever runs a case hands the reader over. */

/** Reads a file that the script `from` names by `path`; a sentence says why it cannot. */
export type Files = (path: string, from: string) => Uint8Array | string;

/** Where there are no files, in a browser or a test. */
export const NO_FILES: Files = (path) => `there are no files here, so not '${path}' either`;
