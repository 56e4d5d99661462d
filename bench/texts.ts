/** Texts of the language, made by number: what the language and runner workloads read. */

const HEADER = `sdt 1
suite "Bench"
tags bench large

fixture two_domains
  machine mpt smmpt43
  domain host
  domain vault
  region key size 4K holds 7
  region open size 16K
  grant rw on key to vault
  grant rw on open to host
`;

/** One scenario of \`rows\` x 10 cases with eight attempts each. */
export function tableText(cases: number): string {
  const rows = Math.max(1, Math.ceil(cases / 10));
  const lines = Array.from({ length: rows }, (_, k) => `    | ${k} | ${8 * (k % 500)} |`);
  return `${HEADER}
scenario "row <n>, part <part>"
  covers SMMPT-XWR-01 SMMPT-XWR-04
  each part in 0, 1, 2, 3, 4, 5, 6, 7, 8, 9
  table
    | n | offset |
${lines.join('\n')}
  given two_domains
  host loads at open + <offset>                    -> ok
  host stores <n> at open + <offset>               -> ok
  host loads at open + <offset>                    -> <n>
  host loads at key                                -> load access fault
  host stores <part> at key                        -> store access fault
  vault loads at key                               -> 7
  vault loads at open                              -> load access fault
  vault stores 9 at key                            -> ok
`;
}

/** \`count\` distinct scenarios of fifteen lines, eight attempts each. */
export function scenariosText(count: number): string {
  const one = (k: number): string => `
scenario "scenario ${k}"
  covers SMMPT-XWR-01 SMMPT-XWR-04
  given two_domains
  region own size ${4 * (1 + (k % 3))}K holds ${k}
  grant rw on own to host
  host loads at own                                -> ${k}
  host stores ${k + 1} at own + 8                  -> ok
  host loads at own + 8                            -> ${k + 1}
  host loads at key                                -> load access fault
  host stores 1 at key                             -> store access fault
  vault loads at key                               -> 7
  vault loads at own                               -> load access fault
  vault stores 9 at key                            -> ok
`;
  return HEADER + Array.from({ length: count }, (_, k) => one(k)).join('');
}
