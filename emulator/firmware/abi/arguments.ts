/** Arguments by kind, with what they are when they are left out. */
import type { Argument, ArgumentDefault, ArgumentKind } from './call.ts';

const kind =
  (of: ArgumentKind, otherwise: ArgumentDefault) =>
  <const A extends string>(name: A, value: ArgumentDefault = otherwise): Argument<A> => ({
    name,
    kind: of,
    default: value,
  });

const PAGE = 4096n;

export const page = kind('page', null);
export const address = kind('address', null);
/** An address that must not be left dangling: the bench provides a page. */
export const buffer = kind('address', 'buffer');
export const gpa = kind('gpa', null);
export const count = kind('count', 1n);
export const length = kind('length', PAGE);
export const tvm = kind('tvm', 'tvm');
export const vcpu = kind('vcpu', 0n);
export const pageType = kind('page type', 0n);
export const number = kind('number', 0n);
