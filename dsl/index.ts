/** The language: text -> plans. Knows nothing of machines, files or terminals. */
export type { Span, Source } from './span.ts';
export type { Diagnostic, DiagnosticCode } from './diagnostics.ts';
export type * from './vocabulary.ts';
export type * from './plan.ts';
export { parse, MAX_FILE_LENGTH, type Parsed } from './syntax/parse.ts';
export { DIAGNOSTICS, isCode, type CatalogueRow, type Code } from './catalogue/catalogue.ts';
export { compile, type Document } from './compile/document.ts';
export type { Load } from './compile/gathering.ts';
export { caseCount, caseId, expand, type Cases } from './compile/cases.ts';
export { nearest } from './nearest.ts';
export { format, type Formatted } from './format/format.ts';
export { fromJson, toJson, type Json } from './plan-json/plan-json.ts';
export { planSchema } from './plan-json/plan-schema.ts';
