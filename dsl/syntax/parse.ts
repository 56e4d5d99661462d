/** A whole file: version line, islands, limits; every mistake of the file in one go. */
import type { Statement, Syntax } from './ast.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { LineParser } from './line-parser.ts';
import { islands, sourceLines, type Island } from './lines.ts';
import { recoveredHead } from './recovery.ts';
import type { Source } from '../span.ts';
import { Numeral, VERDICTS } from './tokens.ts';

/** Characters; a command line refuses larger files before it reads them. */
export const MAX_FILE_LENGTH = 16 * 1024 * 1024;
/** Characters. */
export const MAX_LINE_LENGTH = 65_536;
/** Words, numbers and signs of one file: some 250,000 lines. */
export const MAX_TOKENS = 2_000_000;
/** Diagnostics of one file that are listed; the rest are counted. */
export const MAX_DIAGNOSTICS = 1000;
/** Behind so many the rest of a file is not read. */
const MAX_COUNTED = 20_000;

export interface Parsed {
  readonly syntax: Syntax;
  readonly diagnostics: readonly Diagnostic[];
}

let shared: LineParser | null = null;

/** The statements of a file and its mistakes; a wrong line costs its statement only. Never throws on any text. */
export function parse(source: Source): Parsed {
  const reading = new Reading(source);
  const statements = [...reading.statements()];
  return {
    syntax: { path: source.path, version: reading.version, statements },
    diagnostics: reading.diagnostics(),
  };
}

/** A file being read: its statements one by one, so that whoever is done with one can let it go. */
export class Reading {
  /** null: missing or unknown; known once all statements are read. */
  version: number | null = null;
  readonly #source: Source;
  readonly #list: DiagnosticList;

  constructor(source: Source) {
    this.#source = source;
    this.#list = new DiagnosticList(source.path);
  }

  /** What is wrong with the lines read so far, in their order. */
  diagnostics(): readonly Diagnostic[] {
    return this.#list.all();
  }

  *statements(): Generator<Statement> {
    const { path } = this.#source;
    const list = this.#list;
    const unreadable = refusedWhole(this.#source);
    if (unreadable !== null) {
      list.add(unreadable);
      return;
    }
    const text = withoutLongLines(this.#source, list);
    const parser = (shared ??= new LineParser());
    let begun = false;
    let tokens = 0;
    // What was meant to follow an `or` at the end of the line above is part of that mistake.
    let open = false;
    for (const island of islands(sourceLines(text))) {
      tokens += island.tokens.length;
      if (tokens > MAX_TOKENS) list.add(tooManyTokens(island, path));
      if (tokens > MAX_TOKENS || list.full) break;
      // One wrong line costs one diagnostic: the line that stands where the version should is not blamed twice.
      let headless = false;
      if (!begun && island.tokens.length > 0) {
        begun = true;
        const wrong = versionProblem(island, path);
        this.version = wrong === null ? 1 : null;
        headless = wrong !== null;
        if (wrong !== null) list.add(wrong);
        if (island.tokens[0]?.image === 'sdt') {
          if (wrong === null) continue;
          break;
        }
      }
      const result = parser.parseIsland(island, path);
      const wasOpen = open;
      open = 'code' in result && island.tokens.at(-1)?.image === 'or';
      if (!('code' in result)) yield result;
      else {
        const follows = wasOpen && beginsVerdict(island);
        if (!headless && !follows) list.add(result);
        const head = recoveredHead(island, path);
        if (head !== null) yield head;
      }
    }
    if (!begun) list.add(versionWrong({ file: path, line: 1, col: 1, end: 2 }, 'nothing'));
  }
}

const verdicts: ReadonlySet<string> = new Set(VERDICTS);

function beginsVerdict({ tokens: [first] }: Island): boolean {
  return first !== undefined && (first.tokenType === Numeral || verdicts.has(first.image));
}

class DiagnosticList {
  private readonly list: Diagnostic[] = [];
  private more = 0;
  private readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  add(diagnostic: Diagnostic): void {
    if (this.list.length < MAX_DIAGNOSTICS) this.list.push(diagnostic);
    else this.more++;
  }

  /** So many that reading on helps nobody. */
  get full(): boolean {
    return this.list.length + this.more >= MAX_COUNTED;
  }

  /** In the order of their lines, with a last one that counts what is left out. */
  all(): readonly Diagnostic[] {
    const sorted = this.list.sort((a, b) => a.span.line - b.span.line || a.span.col - b.span.col);
    if (this.more === 0) return sorted;
    const span = sorted.at(-1)?.span ?? { file: this.path, line: 1, col: 1, end: 2 };
    return [
      ...sorted,
      {
        code: 'SDT199',
        severity: 'error',
        message: `and ${this.full ? 'more than ' : ''}${this.more.toLocaleString('en')} more`,
        span,
      },
    ];
  }
}

function versionWrong(span: Diagnostic['span'], found: string, help?: string): Diagnostic {
  return {
    code: 'SDT101',
    severity: 'error',
    message: `the first line must be 'sdt 1', found ${found}`,
    span,
    help:
      help ?? "write 'sdt 1' above everything else: it says which version of the language this is",
  };
}

function versionProblem({ tokens }: Island, file: string): Diagnostic | null {
  const [first, number, extra] = tokens;
  if (first === undefined) return null;
  const line = first.startLine ?? 1;
  const col = first.startColumn ?? 1;
  const isSdt = first.image === 'sdt';
  if (isSdt && number?.tokenType === Numeral && number.image === '1' && extra === undefined)
    return null;
  const last = isSdt ? (extra ?? number ?? first) : first;
  const end = last.startLine === line ? (last.startColumn ?? 1) + last.image.length : col + 1;
  const image = isSdt
    ? tokens
        .slice(0, 3)
        .map((token) => token.image)
        .join(' ')
    : first.image;
  const shown = `'${image.length > 40 ? `${image.slice(0, 37)}...` : image}'`;
  const help =
    isSdt && extra === undefined ? 'this tool reads version 1 of the language' : undefined;
  return versionWrong({ file, line, col, end }, shown, help);
}

function tooManyTokens({ tokens: [first] }: Island, file: string): Diagnostic {
  const line = first?.startLine ?? 1;
  const message = `this file has more than ${MAX_TOKENS.toLocaleString('en')} words and signs`;
  const help = 'split it: `use` brings the fixtures of one file into another';
  const span = { file, line, col: 1, end: 2 };
  return { code: 'SDT121', severity: 'error', message, span, help };
}

/** Files that are not read at all. */
function refusedWhole({ path, text }: Source): Diagnostic | null {
  const refuse = (code: 'SDT115' | 'SDT119', message: string, at: number): Diagnostic => {
    const before = text.slice(0, at).split('\n');
    const col = (before.at(-1) ?? '').length + 1;
    return {
      code,
      severity: 'error',
      message,
      span: { file: path, line: before.length, col, end: col + 1 },
    };
  };
  if (text.length > MAX_FILE_LENGTH) {
    const size = `${text.length.toLocaleString('en')} characters`;
    return refuse(
      'SDT119',
      `this file has ${size}, more than ${MAX_FILE_LENGTH.toLocaleString('en')}`,
      0,
    );
  }
  // Control characters, but for tab and line ends.
  const control = text.search(/[^\P{Cc}\t\n\r\u0080-\u009f]/u);
  if (control < 0) return null;
  const shown = `U+${text.charCodeAt(control).toString(16).toUpperCase().padStart(4, '0')}`;
  return refuse('SDT115', `this is not a text file: it holds the character ${shown}`, control);
}

/** The text without BOM; overlong lines are reported and read as blank ones. */
function withoutLongLines(source: Source, list: DiagnosticList): string {
  const text = source.text.startsWith('\ufeff') ? source.text.slice(1) : source.text;
  let start = 0;
  let line = 1;
  let kept = '';
  let keptFrom = 0;
  while (start < text.length) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    if (end - start > MAX_LINE_LENGTH) {
      const length = (end - start).toLocaleString('en');
      list.add({
        code: 'SDT114',
        severity: 'error',
        message: `this line has ${length} characters, more than ${MAX_LINE_LENGTH.toLocaleString('en')}`,
        span: { file: source.path, line, col: 1, end: 2 },
      });
      kept += text.slice(keptFrom, start);
      keptFrom = end;
    }
    start = end + 1;
    line++;
  }
  return keptFrom === 0 ? text : kept + text.slice(keptFrom);
}
