/** Set-up statements about who acts and what the bench does: actors, devices, TVMs, programs, probes. */
import type { ParserMethod } from 'chevrotain';
import type { Cell, Ref, StatementOf, Word as WordNode } from '../syntax/ast.ts';
import { Arrow, Close, Colon, Comma, K, Open, Word } from '../syntax/tokens.ts';
import { SetupParser } from './setup.ts';

export abstract class PartyParser extends SetupParser {
  readonly actor: ParserMethod<[], StatementOf<'actor'>> = this.rule('actor', () => {
    const start = this.CONSUME(K.actor);
    const name = this.SUBRULE(this.word);
    const domain = this.OPTION1(() => {
      this.CONSUME(K.is);
      return this.SUBRULE1(this.ref);
    });
    const modes = this.OPTION2(() => {
      this.CONSUME(K.in);
      const mode = this.SUBRULE1(this.mode);
      const as = this.OPTION3(() => {
        this.CONSUME(K.as);
        return this.SUBRULE2(this.mode);
      });
      return { mode, as: as ?? null };
    });
    const hart = this.OPTION4(() => {
      this.CONSUME(K.on);
      this.CONSUME(K.hart);
      return this.SUBRULE(this.expr);
    });
    const spaces = this.OPTION5(() => {
      this.CONSUME(K.using);
      const using = this.SUBRULE2(this.ref);
      const over = this.OPTION6(() => {
        this.CONSUME(K.over);
        return this.SUBRULE3(this.ref);
      });
      return { using, over: over ?? null };
    });
    const flags: WordNode[] = [];
    this.OPTION7(() => {
      this.CONSUME(K.with);
      this.AT_LEAST_ONE(() => flags.push(this.wordOf(this.CONSUME(Word))));
    });
    return {
      kind: 'actor',
      name,
      domain: domain ?? null,
      mode: modes?.mode ?? null,
      as: modes?.as ?? null,
      hart: hart ?? null,
      using: spaces?.using ?? null,
      over: spaces?.over ?? null,
      with: flags,
      span: this.from(start),
    };
  });

  readonly iommu: ParserMethod<[], StatementOf<'iommu'>> = this.rule('iommu', () => {
    const start = this.CONSUME(K.iommu);
    const name = this.SUBRULE(this.word);
    const id = this.OPTION1(() => {
      this.CONSUME(K.id);
      return this.SUBRULE(this.expr);
    });
    this.CONSUME(K.in);
    const domain = this.SUBRULE(this.ref);
    const unclassified = this.OPTION2(() => this.CONSUME(K.unclassified)) !== undefined;
    return { kind: 'iommu', name, id: id ?? null, domain, unclassified, span: this.from(start) };
  });

  readonly device: ParserMethod<[], StatementOf<'device'>> = this.rule('device', () => {
    const start = this.CONSUME(K.device);
    const name = this.SUBRULE(this.word);
    this.CONSUME(K.id);
    const id = this.SUBRULE1(this.expr);
    const pasid = this.OPTION1(() => {
      this.CONSUME(K.pasid);
      return this.SUBRULE2(this.expr);
    });
    const behind = this.OPTION2(() => {
      this.CONSUME(K.behind);
      return this.SUBRULE1(this.ref);
    });
    const using = this.OPTION3(() => {
      this.CONSUME(K.using);
      return this.SUBRULE2(this.ref);
    });
    const tee = this.OPTION4(() => this.CONSUME(K.tee)) !== undefined;
    const flags: WordNode[] = [];
    this.OPTION5(() => {
      this.CONSUME(K.with);
      this.AT_LEAST_ONE({
        GATE: () => !this.is(1, 'for') && !this.is(1, 'unclassified'),
        DEF: () => flags.push(this.wordOf(this.CONSUME(Word))),
      });
    });
    const owner = this.OR<Ref | null>([
      {
        ALT: () => {
          this.CONSUME(K.for);
          return this.SUBRULE3(this.ref);
        },
      },
      { ALT: () => (this.CONSUME(K.unclassified), null) },
    ]);
    return {
      kind: 'device',
      name,
      id,
      pasid: pasid ?? null,
      behind: behind ?? null,
      using: using ?? null,
      tee,
      with: flags,
      for: owner,
      span: this.from(start),
    };
  });

  readonly tvm: ParserMethod<[], StatementOf<'tvm'>> = this.rule('tvm', () => {
    const start = this.CONSUME(K.tvm);
    const name = this.SUBRULE(this.word);
    this.CONSUME(K.from);
    const from: WordNode[] = [];
    this.AT_LEAST_ONE_SEP({
      SEP: Comma,
      DEF: () => from.push(this.wordOf(this.CONSUME(Word))),
    });
    this.CONSUME(K.entry);
    const entry = this.SUBRULE1(this.expr);
    const vcpus = this.OPTION(() => {
      this.CONSUME(K.vcpus);
      return this.SUBRULE2(this.expr);
    });
    return { kind: 'tvm', name, from, entry, vcpus: vcpus ?? null, span: this.from(start) };
  });

  readonly program: ParserMethod<[], StatementOf<'program'>> = this.rule('program', () => {
    const start = this.CONSUME(K.program);
    const name = this.SUBRULE(this.word);
    const from = this.OPTION(() => {
      this.CONSUME(K.from);
      return this.SUBRULE(this.text);
    });
    return { kind: 'program', name, from: from ?? null, span: this.from(start) };
  });

  readonly given: ParserMethod<[], StatementOf<'given'>> = this.rule('given', () => {
    const start = this.CONSUME(K.given);
    const fixture = this.SUBRULE(this.word);
    const args: { name: WordNode; value: Cell }[] = [];
    this.OPTION(() => {
      this.CONSUME(Open);
      this.MANY_SEP({
        SEP: Comma,
        DEF: () => {
          const name = this.wordOf(this.CONSUME(Word));
          this.CONSUME(Colon);
          args.push({ name, value: this.SUBRULE(this.cell) });
        },
      });
      this.CONSUME(Close);
    });
    return { kind: 'given', fixture, args, span: this.from(start) };
  });

  readonly poke: ParserMethod<[], StatementOf<'poke'>> = this.rule('poke', () => {
    const start = this.CONSUME(K.poke);
    const at = this.SUBRULE1(this.expr);
    this.CONSUME(K.with);
    const value = this.SUBRULE2(this.expr);
    const width = this.OPTION(() => {
      this.CONSUME(K.as);
      return this.SUBRULE(this.width);
    });
    return { kind: 'poke', at, value, width: width ?? null, span: this.from(start) };
  });

  readonly poison: ParserMethod<[], StatementOf<'poison' | 'scrub'>> = this.rule('poison', () => {
    const start = this.CONSUME(K.poison);
    return { kind: 'poison', extent: this.SUBRULE(this.extent), span: this.from(start) };
  });

  readonly scrub: ParserMethod<[], StatementOf<'poison' | 'scrub'>> = this.rule('scrub', () => {
    const start = this.CONSUME(K.scrub);
    return { kind: 'scrub', extent: this.SUBRULE(this.extent), span: this.from(start) };
  });

  readonly check: ParserMethod<[], StatementOf<'check'>> = this.rule('check', () => {
    const start = this.CONSUME(K.check);
    const every = this.OPTION({
      GATE: () => this.startsExpr(2) && !this.is(2, 'of'),
      DEF: () => {
        this.CONSUME(K.every);
        const step = this.SUBRULE(this.expr);
        this.CONSUME(K.of);
        return step;
      },
    });
    const extent = this.SUBRULE(this.extent);
    this.CONSUME(Arrow);
    const outcome = this.SUBRULE(this.outcome);
    return { kind: 'check', every: every ?? null, extent, outcome, span: this.from(start) };
  });

  readonly fence: ParserMethod<[], StatementOf<'fence'>> = this.rule('fence', () => {
    const start = this.CONSUME(K.fence);
    const fence = this.SUBRULE1(this.word);
    const of = this.OPTION1(() => {
      this.CONSUME(K.of);
      return this.SUBRULE2(this.word);
    });
    const extent = this.OPTION2(() => {
      this.CONSUME(K.for);
      return this.SUBRULE(this.extent);
    });
    const span = this.from(start);
    return { kind: 'fence', fence, of: of ?? null, for: extent ?? null, span };
  });

  readonly flush: ParserMethod<[], StatementOf<'flush'>> = this.rule('flush', () => {
    const start = this.CONSUME(K.flush);
    return { kind: 'flush', what: this.SUBRULE(this.word), span: this.from(start) };
  });
}
