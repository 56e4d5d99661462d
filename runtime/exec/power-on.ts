/** From files to a machine that stands at its first instruction. */
import type { Image, LoadError, Platform } from '../../emulator/index.ts';
import {
  bootImages,
  isaOf,
  loadAssembly,
  loadElf,
  loadRaw,
  Machine,
  payloadAddress,
  place,
  platformBlob,
} from '../../emulator/index.ts';
import type { Fault } from '../../emulator/index.ts';
import type { PlatformRequest, Refusal } from './platform.ts';
import { DEVICES, execPlatform, TIMEBASE, treeIsa, treeMmu } from './platform.ts';

export interface ExecRequest extends Omit<PlatformRequest, 'xlen' | 'tohost' | 'fromhost'> {
  readonly program: ProgramFile;
  /** What firmware starts; null: nothing. */
  readonly payload: ProgramFile | null;
  /** Where a raw program goes, and an ELF that is linked at 0; null: the beginning of RAM. */
  readonly at: bigint | null;
  /** A device tree blob; null: one is made of the platform. */
  readonly tree: Uint8Array | null;
  readonly faults: Readonly<Record<string, Fault>>;
}

export interface ProgramFile {
  /** As messages call it. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What runs: a machine that was switched on, and the programs in it. */
export interface Powered {
  readonly machine: Machine;
  readonly platform: Platform;
  readonly images: readonly Image[];
}

/** Every hart starts in M-mode at the entry: a0 = its id, a1 = the device tree, a2 = what `fw_dynamic` is told. */
export function powerOn(request: ExecRequest): Powered | Refusal {
  const { program, payload, at, ram } = request;
  const image = imageOf(program, at ?? ram.base, request);
  if ('message' in image) return image;
  const xlen = image.xlen ?? 64;
  const platform = execPlatform({
    ...request,
    xlen,
    tohost: image.tohost,
    fromhost: image.fromhost,
  });
  if ('message' in platform) return platform;
  const next =
    payload === null ? null : imageOf(payload, payloadAddress(platform.xlen, [ram]), request);
  if (next !== null && 'message' in next) return next;

  const tree = request.tree ?? treeOf(platform);
  const boot = bootImages({
    xlen: platform.xlen,
    ram: [ram],
    firmware: image,
    payload: next,
    tree,
  });
  if (boot.error !== null) return named(program, boot.error);
  const machine = new Machine(request.faults);
  const why = machine.reset(platform);
  if (why !== null) return { message: why, advice: 'see `sdt exec --help`' };
  machine.fill(ram.base, ram.size, 0n);
  place(boot.segments, machine);
  for (let hart = 0; hart < platform.harts; hart++) {
    machine.writeRegister(hart, 'x10', BigInt(hart));
    machine.writeRegister(hart, 'x11', boot.a1);
    machine.writeRegister(hart, 'x12', boot.a2);
    machine.start(hart, { mode: 'M', pc: boot.pc });
  }
  return { machine, platform, images: next === null ? [image] : [image, next] };
}

const ELF = [0x7f, 0x45, 0x4c, 0x46];

/** ELF by its first bytes, assembly text by its name, else raw bytes for `base`. */
function imageOf(file: ProgramFile, base: bigint, request: ExecRequest): Image | Refusal {
  const { bytes, name } = file;
  const isElf = ELF.every((byte, k) => bytes[k] === byte) || /\.elf$/i.test(name);
  if (!isElf && /\.s$/i.test(name)) return assembled(file, base, request);
  const loaded = isElf ? loadElf(bytes, { base }) : loadRaw(bytes, base);
  return loaded.error === null ? loaded.image : named(file, loaded.error);
}

function assembled(file: ProgramFile, base: bigint, request: ExecRequest): Image | Refusal {
  const platform = execPlatform({ ...request, xlen: 64, tohost: null, fromhost: null });
  if ('message' in platform) return platform;
  const text = new TextDecoder().decode(file.bytes);
  const loaded = loadAssembly(text, isaOf(platform), platform.knobs.fence_encoding, base);
  return loaded.error === null ? loaded.image : named(file, loaded.error);
}

const named = ({ name }: ProgramFile, { message, advice }: LoadError): Refusal => ({
  message: `${name}: ${message}`,
  advice,
});

function treeOf(platform: Platform): Uint8Array {
  return platformBlob({
    harts: platform.harts,
    isa: treeIsa(platform),
    mmu: treeMmu(platform),
    ram: platform.ram,
    ...DEVICES,
    timebase: TIMEBASE,
  });
}
