/** CSR references: `mmpt`, or a field of one, `mmpt.mode`. */
import type { Ref } from '../syntax/ast.ts';
import { type Case, textOf } from './case.ts';
import { formatOf } from './pack.ts';
import { didYouMean } from '../report.ts';
import type { Scope } from '../compile/scope.ts';

export interface CsrPlace {
  readonly csr: string;
  readonly field: { readonly high: number; readonly low: number } | null;
}

/** `known` is false after a finding: then nothing more is said about the value. */
export function csrOf(ref: Ref, scope: Scope, c: Case): CsrPlace & { readonly known: boolean } {
  const { vocabulary } = c.scenario;
  const [csr = '', fieldName, ...rest] = textOf(ref, scope, c).split('.');
  if (csr === '') return { csr, field: null, known: false };
  const row = vocabulary.csrs.get(csr);
  if (row === undefined || !row.xlens.includes(c.frame.xlen)) {
    c.accept?.(
      'SDT208',
      ref.span,
      row === undefined
        ? `there is no CSR '${csr}'`
        : `the CSR '${csr}' does not exist with XLEN ${c.frame.xlen}`,
      { help: row === undefined ? didYouMean(csr, vocabulary.csrs.keys()) : undefined },
    );
    return { csr, field: null, known: false };
  }
  if (fieldName === undefined) return { csr, field: null, known: true };
  const format = formatOf(csr, c.frame.xlen, vocabulary);
  const field = rest.length === 0 ? format?.fields.get(fieldName) : undefined;
  if (field === undefined) {
    const names = [...(format?.fields.keys() ?? [])];
    c.accept?.(
      'SDT209',
      ref.span,
      `the CSR '${csr}' has no field '${[fieldName, ...rest].join('.')}'`,
      {
        help:
          didYouMean(fieldName, names) ??
          (names.length > 0 ? `its fields: ${names.join(', ')}` : undefined),
      },
    );
    return { csr, field: null, known: false };
  }
  return { csr, field: { high: field.high, low: field.low }, known: true };
}
