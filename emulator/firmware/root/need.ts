/** What an access asks of a G-stage. */

/** What an access needs: R, W or X as bits; a load may read X where MXR is set. */
export interface Need {
  readonly rights: number;
  readonly mxr: boolean;
}

const [R, X] = [1, 4];

export function permits(rights: number, { rights: needed, mxr }: Need): boolean {
  const granted = mxr && (rights & X) !== 0 ? rights | R : rights;
  return (granted & needed) === needed;
}
