/** `image` lines: an ELF or raw file in memory, and the domain that it is for may use it. */
import type { PlanLine } from '../../dsl/index.ts';
import { loadElf, loadRaw, misplaced, XWR_OF } from '../../emulator/index.ts';
import { wholeProgram, writeBytes } from '../execute/program.ts';
import type { Harts } from '../session/actors.ts';
import { CaseError } from '../session/case-error.ts';
import type { World } from '../session/world.ts';
import { domainEdited } from './tables.ts';

type ImageLine = Extract<PlanLine, { readonly kind: 'image' }>;

const PAGE = 4096n;
const ELF = [0x7f, 0x45, 0x4c, 0x46];

/** Copies the file; throws a `CaseError` for one that cannot be read, loaded or placed. */
export function loadImage(world: World, harts: Harts, line: ImageLine): void {
  const file = world.files(line.from, line.span.file);
  if (typeof file === 'string') throw new CaseError(file, line.span);
  const region = world.plan.regions.find(({ name }) => name === line.to.name);
  const at = line.at === null ? region?.base : world.resolve(line.at);
  const isElf = ELF.every((byte, k) => file[k] === byte);
  if (!isElf && at === undefined) {
    throw new CaseError(`${line.from} is no ELF file: say where it goes with 'at'`, line.span);
  }
  const loaded = isElf
    ? loadElf(file, at === undefined ? {} : { base: at })
    : loadRaw(file, at ?? 0n);
  const error = loaded.error ?? misplaced(loaded.image, world.platform.ram);
  if (loaded.image === null || error !== null) {
    throw new CaseError(
      `${line.from}: ${error?.message ?? ''} (${error?.advice ?? ''})`,
      line.span,
    );
  }
  for (const { address, bytes, zeros } of loaded.image.segments) {
    const end = address + BigInt(bytes.length) + BigInt(zeros);
    if (region !== undefined && (address < region.base || end > region.base + region.size)) {
      throw new CaseError(
        `${line.from} reaches out of region ${region.name}: 0x${address.toString(16)} to 0x${end.toString(16)}`,
        line.span,
      );
    }
    writeBytes(world, address, bytes);
    clear(world, address + BigInt(bytes.length), end);
    if (line.to.kind === 'domain') grant(world, harts, line.to.name, address, end);
  }
  world.programs.set(line.name, wholeProgram(line.name, loaded.image));
}

function clear({ backEnd }: World, from: bigint, end: bigint): void {
  for (let at = from; at < end;) {
    if (at % PAGE === 0n && end - at >= PAGE) {
      const size = end - at - ((end - at) % PAGE);
      backEnd.fill(at, size, 0n);
      at += size;
    } else {
      backEnd.write(at, 1, 0n);
      at += 1n;
    }
  }
}

function grant(world: World, harts: Harts, name: string, from: bigint, end: bigint): void {
  const domain = world.domain(name);
  if (domain.table === null) return;
  const first = from - (from % PAGE);
  const edit = domain.table.set(
    first,
    ((end + PAGE - 1n) / PAGE) * PAGE - first,
    XWR_OF['rwx'] ?? 7,
  );
  domainEdited(harts, domain, edit, false);
}
