/** Set-up statements about memory: machine, regions, domains, grants, entries, spaces, maps. */
import type { ParserMethod } from 'chevrotain';
import type {
  EntryContent,
  Expr,
  Extent,
  Property,
  Ref,
  StatementOf,
  Word as WordNode,
} from '../syntax/ast.ts';
import { Comma, K, Word } from '../syntax/tokens.ts';
import { StepParser } from './steps.ts';

export abstract class SetupParser extends StepParser {
  /** `[ unfenced ]` */
  protected readonly unfenced: ParserMethod<[], boolean> = this.rule(
    'unfenced',
    () => this.OPTION(() => this.CONSUME(K.unfenced)) !== undefined,
  );

  /** `[ with tables in name ]` */
  protected readonly tablesIn: ParserMethod<[], WordNode | null> = this.rule('tablesIn', () => {
    const name = this.OPTION(() => {
      this.CONSUME(K.with);
      this.CONSUME(K.tables);
      this.CONSUME(K.in);
      return this.wordOf(this.CONSUME(Word));
    });
    return name ?? null;
  });

  /** `host, vault` */
  protected readonly refs: ParserMethod<[], Ref[]> = this.rule('refs', () => {
    const list: Ref[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => list.push(this.SUBRULE(this.ref)) });
    return list;
  });

  readonly machine: ParserMethod<[], StatementOf<'machine'>> = this.rule('machine', () => {
    const start = this.CONSUME(K.machine);
    const without: WordNode[] = [];
    const properties: Property[] = [];
    this.OR({
      IGNORE_AMBIGUITIES: true,
      DEF: [
        {
          ALT: () => {
            this.CONSUME(K.without);
            this.AT_LEAST_ONE_SEP1({
              SEP: Comma,
              DEF: () => without.push(this.wordOf(this.CONSUME(Word))),
            });
          },
        },
        {
          ALT: () => {
            this.AT_LEAST_ONE_SEP2({
              SEP: Comma,
              DEF: () => properties.push(this.SUBRULE(this.property)),
            });
          },
        },
      ],
    });
    return { kind: 'machine', without, properties, span: this.from(start) };
  });

  private readonly property: ParserMethod<[], Property> = this.rule('property', () => {
    const start = this.CONSUME(Word);
    const values: Expr[] = [];
    let at: Property['at'] = null;
    this.OR({
      IGNORE_AMBIGUITIES: true,
      DEF: [
        {
          ALT: () => {
            this.CONSUME(K.at);
            const base = this.SUBRULE1(this.expr);
            this.CONSUME(K.size);
            at = { base, size: this.SUBRULE2(this.expr) };
          },
        },
        { ALT: () => this.AT_LEAST_ONE(() => values.push(this.SUBRULE3(this.expr))) },
      ],
    });
    return { name: this.wordOf(start), values, at, span: this.from(start) };
  });

  readonly region: ParserMethod<[], StatementOf<'region'>> = this.rule('region', () => {
    const start = this.CONSUME(K.region);
    const name = this.SUBRULE(this.word);
    const at = this.OPTION1(() => {
      this.CONSUME(K.at);
      return this.SUBRULE1(this.expr);
    });
    this.CONSUME(K.size);
    const size = this.SUBRULE2(this.expr);
    const aligned = this.OPTION2(() => {
      this.CONSUME(K.aligned);
      return this.SUBRULE3(this.expr);
    });
    const holds = this.OPTION3(() => {
      this.CONSUME(K.holds);
      return this.SUBRULE4(this.expr);
    });
    const aliases = this.OPTION4(() => {
      this.CONSUME(K.aliases);
      return this.SUBRULE5(this.ref);
    });
    const shared = this.OPTION5(() => this.CONSUME(K.shared)) !== undefined;
    return {
      kind: 'region',
      name,
      at: at ?? null,
      size,
      aligned: aligned ?? null,
      holds: holds ?? null,
      aliases: aliases ?? null,
      shared,
      span: this.from(start),
    };
  });

  readonly image: ParserMethod<[], StatementOf<'image'>> = this.rule('image', () => {
    const start = this.CONSUME(K.image);
    const name = this.SUBRULE(this.word);
    this.CONSUME(K.from);
    const from = this.SUBRULE(this.text);
    const at = this.OPTION(() => {
      this.CONSUME(K.at);
      return this.SUBRULE(this.expr);
    });
    this.CONSUME(K.to);
    const to = this.SUBRULE(this.ref);
    return { kind: 'image', name, from, at: at ?? null, to, span: this.from(start) };
  });

  readonly domain: ParserMethod<[], StatementOf<'domain'>> = this.rule('domain', () => {
    const start = this.CONSUME(K.domain);
    const name = this.SUBRULE(this.word);
    const sdid = this.OPTION1(() => {
      this.CONSUME(K.sdid);
      return this.SUBRULE(this.expr);
    });
    const mpt = this.OPTION2(() => {
      this.CONSUME(K.mpt);
      return this.SUBRULE(this.ref);
    });
    const tables = this.SUBRULE(this.tablesIn);
    const span = this.from(start);
    return { kind: 'domain', name, sdid: sdid ?? null, mpt: mpt ?? null, tables, span };
  });

  readonly grant: ParserMethod<[], StatementOf<'grant'>> = this.rule('grant', () => {
    const start = this.CONSUME(K.grant);
    const perms = this.SUBRULE(this.perms);
    this.CONSUME(K.on);
    const extent = this.SUBRULE(this.extent);
    this.CONSUME(K.to);
    const to = this.SUBRULE(this.refs);
    const using = this.OPTION1(() => {
      this.CONSUME(K.using);
      const napot =
        this.OPTION2({
          GATE: () => this.startsExpr(2) && !this.is(2, 'leaves'),
          DEF: () => this.CONSUME(K.napot),
        }) !== undefined;
      const size = this.SUBRULE(this.expr);
      this.CONSUME(K.leaves);
      return { napot, size };
    });
    const unfenced = this.SUBRULE(this.unfenced);
    const span = this.from(start);
    return { kind: 'grant', perms, extent, to, using: using ?? null, unfenced, span };
  });

  readonly revoke: ParserMethod<[], StatementOf<'revoke'>> = this.rule('revoke', () => {
    const start = this.CONSUME(K.revoke);
    const extent = this.SUBRULE(this.extent);
    this.CONSUME(K.from);
    const from = this.SUBRULE(this.refs);
    const unfenced = this.SUBRULE(this.unfenced);
    return { kind: 'revoke', extent, from, unfenced, span: this.from(start) };
  });

  readonly entry: ParserMethod<[], StatementOf<'entry'>> = this.rule('entry', () => {
    const start = this.CONSUME(K.entry);
    this.CONSUME(K.of);
    const of = this.SUBRULE(this.ref);
    const level = this.OPTION(() => {
      this.CONSUME(K.level);
      return this.SUBRULE(this.expr);
    });
    this.CONSUME(K.for);
    const extent = this.SUBRULE(this.extent);
    const content = this.SUBRULE(this.content);
    const unfenced = this.SUBRULE(this.unfenced);
    const span = this.from(start);
    return { kind: 'entry', of, level: level ?? null, extent, content, unfenced, span };
  });

  private readonly content: ParserMethod<[], EntryContent> = this.rule('content', () =>
    this.OR<EntryContent>({
      IGNORE_AMBIGUITIES: true,
      DEF: [
        { ALT: () => (this.CONSUME(K.invalid), { kind: 'invalid' }) },
        {
          ALT: () => {
            this.CONSUME(K.xwr);
            return { kind: 'xwr', value: this.SUBRULE1(this.expr) };
          },
        },
        {
          ALT: () => {
            this.CONSUME(K.raw);
            return { kind: 'raw', value: this.SUBRULE2(this.expr) };
          },
        },
        {
          ALT: () => {
            this.CONSUME(K.reserved);
            this.CONSUME(K.bit);
            return { kind: 'reserved bit', value: this.SUBRULE3(this.expr) };
          },
        },
        {
          ALT: () => {
            this.CONSUME(K.napot);
            const g = this.SUBRULE4(this.expr);
            return { kind: 'napot', g, perms: this.SUBRULE5(this.perms) };
          },
        },
        { ALT: () => ({ kind: 'perms', perms: this.SUBRULE6(this.contentPerms) }) },
      ],
    }),
  );

  readonly space: ParserMethod<[], StatementOf<'space'>> = this.rule('space', () => {
    const start = this.CONSUME(K.space);
    const name = this.SUBRULE(this.word);
    this.CONSUME(K.is);
    const stage = this.SUBRULE2(this.word);
    const mode = this.SUBRULE3(this.ref);
    this.CONSUME(K.in);
    const domain = this.SUBRULE4(this.ref);
    const tables = this.SUBRULE(this.tablesIn);
    const id = this.OPTION(() => {
      this.CONSUME(K.id);
      return this.SUBRULE(this.expr);
    });
    const span = this.from(start);
    return { kind: 'space', name, stage, mode, domain, tables, id: id ?? null, span };
  });

  readonly map: ParserMethod<[], StatementOf<'map'>> = this.rule('map', () => {
    const start = this.CONSUME(K.map);
    const space = this.SUBRULE(this.ref);
    const from = this.SUBRULE1(this.expr);
    this.CONSUME(K.to);
    const to = this.SUBRULE2(this.expr);
    this.CONSUME(K.size);
    const size = this.SUBRULE3(this.expr);
    const perms = this.SUBRULE(this.perms);
    const flags: WordNode[] = [];
    this.MANY(() => {
      const flag = this.OR([
        { ALT: () => this.wordOf(this.CONSUME(K.user)) },
        { ALT: () => this.wordOf(this.CONSUME(K.fresh)) },
        { ALT: () => this.wordOf(this.CONSUME(K.global)) },
      ]);
      flags.push(flag);
    });
    const using = this.OPTION(() => {
      this.CONSUME(K.using);
      const leaves = this.SUBRULE4(this.expr);
      this.CONSUME(K.leaves);
      return leaves;
    });
    const unfenced = this.SUBRULE(this.unfenced);
    const span = this.from(start);
    return {
      kind: 'map',
      space,
      from,
      to,
      size,
      perms,
      flags,
      using: using ?? null,
      unfenced,
      span,
    };
  });

  readonly unmap: ParserMethod<[], StatementOf<'unmap'>> = this.rule('unmap', () => {
    const start = this.CONSUME(K.unmap);
    const space = this.SUBRULE(this.ref);
    const from = this.SUBRULE1(this.expr);
    this.CONSUME(K.size);
    const size = this.SUBRULE2(this.expr);
    const unfenced = this.SUBRULE(this.unfenced);
    return { kind: 'unmap', space, from, size, unfenced, span: this.from(start) };
  });

  readonly pmp: ParserMethod<[], StatementOf<'pmp'>> = this.rule('pmp', () => {
    const start = this.CONSUME(K.pmp);
    const index = this.SUBRULE(this.expr);
    const perms = this.SUBRULE(this.perms);
    this.CONSUME(K.on);
    const on = this.OR<Extent | 'all'>({
      IGNORE_AMBIGUITIES: true,
      DEF: [{ ALT: () => (this.CONSUME(K.all), 'all') }, { ALT: () => this.SUBRULE(this.extent) }],
    });
    const locked = this.OPTION(() => this.CONSUME(K.locked)) !== undefined;
    return { kind: 'pmp', index, perms, on, locked, span: this.from(start) };
  });
}
