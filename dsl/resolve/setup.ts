/** Set-up statements -> plan lines: grants, entries, spaces, maps, and what pokes behind everybody's back. */
import type { Ref, StatementOf, Word } from '../syntax/ast.ts';
import { declaredActor, declaredDevice } from './actors.ts';
import { type Case, filled, textOf } from './case.ts';
import { constantValue, evaluate, smallValue } from './evaluate.ts';
import { resolveOutcome } from './outcomes.ts';
import type { PlanLine, PlanExtent } from '../plan.ts';
import { extentOf, nameOf, oneOf, permsOf } from './references.ts';
import { plural } from '../report.ts';
import type { Placed, Scope } from '../compile/scope.ts';
import type { StageWord } from '../vocabulary.ts';

type Line<K extends PlanLine['kind']> = Extract<PlanLine, { kind: K }>;

/** Resolves a set-up line; null when it leaves nothing to run (regions and actors are part of the frame). */
export function resolveSetup(placed: Placed, c: Case): PlanLine | null {
  const s = placed.line.statement;
  const { scope } = placed;
  const { span } = s;
  switch (s.kind) {
    case 'domain':
      return {
        kind: 'domain',
        name: s.name.text,
        sdid: s.sdid === null ? null : evaluate(s.sdid, scope, c),
        mpt: s.mpt === null ? null : ownMode(s.mpt, scope, c),
        tables: s.tables === null ? null : nameOf(s.tables, ['region'], scope, c),
        span,
      };
    case 'space':
      return space(s, scope, c);
    case 'grant':
      return modelled({
        kind: 'grant',
        perms: permsOf(s.perms, scope, c),
        extent: extentOf(s.extent, scope, c),
        to: s.to.map((ref) => nameOf(ref, ['domain'], scope, c)),
        using:
          s.using === null
            ? null
            : {
                napot: s.using.napot,
                size: constantValue(s.using.size, scope, c, 'the size of a leaf'),
              },
        unfenced: s.unfenced,
        span,
      });
    case 'revoke':
      return modelled({
        kind: 'revoke',
        extent: extentOf(s.extent, scope, c),
        from: s.from.map((ref) => nameOf(ref, ['domain'], scope, c)),
        unfenced: s.unfenced,
        span,
      });
    case 'entry':
      return entry(s, scope, c);
    case 'map':
      return map(s, scope, c);
    case 'unmap': {
      const name = nameOf(s.space, ['space'], scope, c);
      const line: Line<'unmap'> & PlanLine = {
        kind: 'unmap',
        space: name,
        from: evaluate(s.from, scope, c),
        size: evaluate(s.size, scope, c),
        unfenced: s.unfenced,
        span,
      };
      return ofDevices(name, c) ? unmodelled(span, 'an I/O page table') : line;
    }
    case 'pmp':
      return {
        kind: 'pmp',
        index: smallValue(s.index, scope, c, 'a PMP entry', 63),
        perms: pmpPerms(s, scope, c),
        on: s.on === 'all' ? 'all' : extentOf(s.on, scope, c),
        locked: s.locked,
        span,
      };
    case 'poke': {
      const size =
        s.width === null ? c.frame.xlen / 8 : smallValue(s.width.bytes, scope, c, 'a width', 8);
      const value = evaluate(s.value, scope, c);
      if (typeof value === 'bigint' && value >> BigInt(8 * size) !== 0n) {
        c.accept?.(
          'SDT239',
          s.value.span,
          `0x${value.toString(16)} does not fit into ${plural(size, 'byte')}`,
        );
      }
      return { kind: 'poke', at: evaluate(s.at, scope, c), value, size, span };
    }
    case 'poison':
    case 'scrub':
      return modelled({ kind: s.kind, extent: extentOf(s.extent, scope, c), span });
    case 'check':
      return modelled({
        kind: 'check',
        every: s.every === null ? null : evaluate(s.every, scope, c),
        extent: extentOf(s.extent, scope, c),
        outcome: resolveOutcome(s.outcome, scope, c),
        span,
      });
    case 'fence':
      return shootdown(s, scope, c);
    case 'flush':
      return {
        kind: 'flush',
        what: oneOf(s.what, c.scenario.vocabulary.flushes, 'SDT230', 'cache', scope, c),
        span,
      };
    case 'actor':
      if (c.accept !== null) declaredActor(s, placed, c);
      return null;
    case 'device':
      if (c.accept !== null) declaredDevice(s, placed, c);
      return unmodelled(span, `device ${s.name.text}: devices and their I/O MPT`);
    case 'iommu':
      nameOf(s.domain, ['domain'], scope, c);
      if (s.id !== null) evaluate(s.id, scope, c);
      return unmodelled(span, `iommu ${s.name.text}: the IOMMU`);
    case 'tvm':
      return tvm(s, scope, c);
    case 'image':
      return image(s, scope, c);
    case 'repeats':
      return { kind: 'repeats', rounds: roundsOf(s, scope, c), span };
    default:
      return null;
  }
}

/** `image kernel from "kernel.elf" to host`. */
function image(s: StatementOf<'image'>, scope: Scope, c: Case): PlanLine {
  const name = nameOf(s.to, ['region', 'domain', 'tvm'], scope, c);
  const at = s.at === null ? null : evaluate(s.at, scope, c);
  const kind = c.scenario.names.get(name)?.kind;
  if (kind === 'tvm') return unmodelled(s.span, `image ${s.name.text}: an image of a TVM`);
  const to = { kind: kind === 'domain' ? 'domain' : 'region', name } as const;
  return {
    kind: 'image',
    name: s.name.text,
    from: filled(s.from.value, scope, c),
    at,
    to,
    span: s.span,
  };
}

/** More rounds than anybody waits for. */
const MOST_ROUNDS = 1n << 32n;

function roundsOf({ rounds }: StatementOf<'repeats'>, scope: Scope, c: Case): bigint {
  const number = constantValue(rounds, scope, c, 'a number of rounds');
  if (number < 1n || number > MOST_ROUNDS) {
    c.accept?.('SDT239', rounds.span, `a workload has 1 to ${MOST_ROUNDS} rounds`);
  }
  return number;
}

/** `tvm guest from image entry 0x8020_0000 vcpus 2`. */
function tvm(s: StatementOf<'tvm'>, scope: Scope, c: Case): Line<'tvm'> & PlanLine {
  return {
    kind: 'tvm',
    name: s.name.text,
    from: s.from.map((word) => sourceOf(word, scope, c)),
    entry: evaluate(s.entry, scope, c),
    vcpus: s.vcpus === null ? 1n : evaluate(s.vcpus, scope, c),
    span: s.span,
  };
}

/** The region whose bytes a TVM begins with: itself, or the one that holds a program. */
function sourceOf(word: Word, scope: Scope, c: Case): string {
  const name = nameOf(word, ['region', 'program'], scope, c);
  if (c.scenario.names.get(name)?.kind !== 'program') return name;
  const holders = c.frame.regions.filter(({ program }) => program === name);
  const [holder, second] = holders;
  if (holder === undefined || second !== undefined) {
    c.accept?.(
      'SDT203',
      word.span,
      holder === undefined
        ? `no region holds the program '${name}'`
        : `several regions hold the program '${name}'`,
      { help: "name the region: 'region image size 4K holds PROGRAM'" },
    );
  }
  return holder?.name ?? name;
}

export function unmodelled(span: PlanLine['span'], why: string): PlanLine {
  return { kind: 'unmodelled', why, span };
}

/** `domain b mpt smmpt52`: a mode of its own for this domain. */
function ownMode(ref: Ref, scope: Scope, c: Case): string {
  const { isolationModes } = c.scenario.vocabulary;
  const mode = textOf(ref, scope, c);
  if (mode === 'bare') return mode;
  const row = isolationModes.get(
    oneOf(ref, isolationModes, 'SDT211', 'mode of the table', scope, c),
  );
  if (row !== undefined && row.xlen !== c.frame.xlen) {
    c.accept?.(
      'SDT422',
      ref.span,
      `'${mode}' needs XLEN ${row.xlen}, the machine has ${c.frame.xlen}`,
    );
  }
  return mode;
}

/** A line about memory that only a later platform has cannot run yet. */
function modelled<L extends PlanLine & { readonly extent: PlanExtent }>(line: L): PlanLine {
  const { base } = line.extent;
  return typeof base !== 'bigint' && base.ref === 'symbol' && base.path.startsWith('imsic.')
    ? unmodelled(line.span, `${base.path}: a part of the platform`)
    : line;
}

/** `w` and `wx` are as wrong in PMP as in the tables. */
function pmpPerms(s: StatementOf<'pmp'>, scope: Scope, c: Case): string {
  return permsOf(s.perms, scope, c);
}

const STAGES: ReadonlySet<string> = new Set(['vs', 'g', 's', 'io']);

function space(s: StatementOf<'space'>, scope: Scope, c: Case): PlanLine {
  const { translationModes } = c.scenario.vocabulary;
  const stage = textOf(s.stage, scope, c);
  if (stage !== '' && !STAGES.has(stage)) {
    c.accept?.('SDT211', s.stage.span, `there is no stage '${stage}'`, {
      help: 'one of: s, vs, g, io',
    });
  }
  const mode = oneOf(s.mode, translationModes, 'SDT211', 'translation mode', scope, c);
  const row = translationModes.get(mode);
  if (row !== undefined && STAGES.has(stage) && !row.stages.includes(stage as StageWord)) {
    c.accept?.('SDT211', s.mode.span, `'${mode}' is no mode of the stage '${stage}'`, {
      help: `modes of it: ${[...translationModes.values()]
        .filter((other) => other.stages.includes(stage as StageWord) && other.xlen === c.frame.xlen)
        .map((other) => other.name)
        .join(', ')}`,
    });
  } else if (row !== undefined && row.xlen !== c.frame.xlen && stage !== 'io') {
    c.accept?.(
      'SDT422',
      s.mode.span,
      `'${mode}' needs XLEN ${row.xlen}, the machine has ${c.frame.xlen}`,
      {
        help: `'machine xlen ${row.xlen}'`,
      },
    );
  }
  const line: PlanLine = {
    kind: 'space',
    name: s.name.text,
    stage: stage as StageWord,
    mode,
    domain: nameOf(s.domain, ['domain'], scope, c),
    tables: s.tables === null ? null : nameOf(s.tables, ['region'], scope, c),
    id: s.id === null ? null : evaluate(s.id, scope, c),
    span: s.span,
  };
  return stage === 'io' ? unmodelled(s.span, `space ${s.name.text}: I/O page tables`) : line;
}

/** Whether a space is used by devices. */
function ofDevices(name: string, c: Case): boolean {
  const statement = c.scenario.names.get(name)?.placed?.line.statement;
  return statement?.kind === 'space' && statement.stage.text === 'io';
}

function entry(s: StatementOf<'entry'>, scope: Scope, c: Case): PlanLine {
  const of = nameOf(s.of, ['domain', 'space', 'iommu'], scope, c);
  const level = s.level === null ? null : evaluate(s.level, scope, c);
  const extent = extentOf(s.extent, scope, c);
  const line: PlanLine = {
    kind: 'entry',
    of,
    level,
    extent,
    content: entryContent(s, scope, c),
    unfenced: s.unfenced,
    span: s.span,
  };
  if (c.scenario.names.get(of)?.kind === 'iommu' || ofDevices(of, c)) {
    return unmodelled(s.span, `an entry of ${of}: the IOMMU`);
  }
  return line;
}

function entryContent(s: StatementOf<'entry'>, scope: Scope, c: Case): Line<'entry'>['content'] {
  const { content } = s;
  switch (content.kind) {
    case 'invalid':
      return { kind: 'invalid' };
    case 'perms':
      return { kind: 'perms', perms: permsOf(content.perms, scope, c) };
    case 'napot':
      return {
        kind: 'napot',
        g: evaluate(content.g, scope, c),
        perms: permsOf(content.perms, scope, c),
      };
    case 'xwr': {
      const value = evaluate(content.value, scope, c);
      if (typeof value === 'bigint' && value > 7n) {
        c.accept?.('SDT239', content.value.span, `an XWR encoding has three bits, found ${value}`);
      }
      return { kind: 'xwr', value };
    }
    case 'reserved bit': {
      const value = evaluate(content.value, scope, c);
      if (typeof value === 'bigint' && value > 63n) {
        c.accept?.(
          'SDT239',
          content.value.span,
          `an entry has at most 64 bits, there is no bit ${value}`,
        );
      }
      return { kind: 'reserved bit', value };
    }
    case 'raw': {
      const value = evaluate(content.value, scope, c);
      if (typeof value === 'bigint' && value >> 64n !== 0n) {
        c.accept?.('SDT239', content.value.span, 'an entry has at most 64 bits');
      }
      return { kind: 'raw', value };
    }
  }
}

function map(s: StatementOf<'map'>, scope: Scope, c: Case): PlanLine {
  const name = nameOf(s.space, ['space'], scope, c);
  const flags = s.flags.map((word) => textOf(word, scope, c));
  const line: PlanLine = {
    kind: 'map',
    space: name,
    from: evaluate(s.from, scope, c),
    to: evaluate(s.to, scope, c),
    size: evaluate(s.size, scope, c),
    perms: permsOf(s.perms, scope, c),
    user: flags.includes('user'),
    fresh: flags.includes('fresh'),
    global: flags.includes('global'),
    using: s.using === null ? null : constantValue(s.using, scope, c, 'the size of a leaf'),
    unfenced: s.unfenced,
    span: s.span,
  };
  return ofDevices(name, c) ? unmodelled(s.span, `map ${name}: I/O page tables`) : line;
}

const LATER_FENCES: ReadonlySet<string> = new Set(['iompt', 'iommu']);

function shootdown(s: StatementOf<'fence'>, scope: Scope, c: Case): PlanLine {
  const fence = oneOf(s.fence, c.scenario.vocabulary.shootdowns, 'SDT230', 'fence', scope, c);
  const line: PlanLine = {
    kind: 'fence',
    fence,
    of: s.of === null ? null : nameOf(s.of, ['domain', 'space', 'iommu'], scope, c),
    for: s.for === null ? null : extentOf(s.for, scope, c),
    span: s.span,
  };
  return LATER_FENCES.has(fence)
    ? unmodelled(s.span, `fence ${fence}: the IOMMU and its I/O MPT`)
    : line;
}
