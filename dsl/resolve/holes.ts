/** Holes: a cell `-` leaves out, in its cases, the lines that use it. */
import { boundTo, type Case } from './case.ts';
import type { Mentions } from '../compile/mentions.ts';
import type { Scope } from '../compile/scope.ts';

/** Whether one of the parameters that a line mentions is a hole in this case. */
export function mentionsHole(
  line: { readonly mentions: Mentions },
  scope: Scope,
  c: Case,
): boolean {
  const none =
    scope.parameters === null ? c.scenario.axes.length === 0 : scope.parameters.size === 0;
  if (none) return false;
  const { mentions } = line;
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
