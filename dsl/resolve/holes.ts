/** Holes: a cell `-` leaves out, in its cases, the lines that use it. */
import { boundTo, type Case } from './case.ts';
import type { Mentions } from '../compile/mentions.ts';
import type { Scope } from '../compile/scope.ts';

/** Whether one of the parameters mentioned is a hole in this case. */
export function mentionsHole(mentions: Mentions, scope: Scope, c: Case): boolean {
  for (const name of mentions.params) {
    if (boundTo(name, scope, c)?.cell.hole === true) return true;
  }
  if (scope.parameters !== null) {
    for (const name of mentions.names) {
      if (scope.parameters.has(name) && boundTo(name, scope, c)?.cell.hole === true) return true;
    }
  }
  return false;
}
