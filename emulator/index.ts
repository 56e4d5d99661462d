/** The platform: knows nothing of scenarios, files or terminals. */
export type { Platform, Range, Feature, Caching, CacheSizes, DeviceSpec } from './platform.ts';
export { FEATURES, CACHING } from './platform.ts';
export type { Knob, KnobName, Knobs } from './knobs.ts';
export { KNOBS, DEFAULT_KNOBS } from './knobs.ts';
export type { Revision, RevisionName } from './revision.ts';
export { REVISIONS } from './revision.ts';
export type { Reason } from './rules/reasons.ts';
export { REASONS } from './rules/reasons.ts';
export type { RuleId } from './rules/fired.ts';
export { RULE_IDS } from './rules/fired.ts';
export { RULE_LISTS } from './rules/ids.ts';
export type { Rule, RuleList } from './rules/catalogue.ts';
export { catalogue } from './rules/catalogue.ts';
export type { OperationName } from './access/kinds.ts';
export { KINDS, OPERATIONS } from './access/kinds.ts';
export type { Mode } from './access/context.ts';
export type { Trap, Result } from './access/trap.ts';
export type { WalkStep } from './access/trace.ts';
export type { CounterName, Counts } from './access/counts.ts';
export { COUNTERS, MEMORY_COUNTERS } from './access/counts.ts';
export type { CachedEntry } from './cache/cached-entry.ts';
export type { KeptVerdict } from './protect/pmp.ts';
export type { CacheKind, FenceName, FenceRequest } from './cache/fence-request.ts';
export { FENCES, FENCE_WORDS } from './cache/fence-request.ts';
export type { StageName } from './translate/stage.ts';
export { STAGE_GEOMETRIES } from './translate/geometry.ts';
export { MPT_GEOMETRIES } from './isolate/mpt-geometry.ts';
export { MTT_GEOMETRIES } from './isolate/mtt-geometry.ts';
export type { SetOptions } from './isolate/build.ts';
export { IsolationTable } from './isolate/build.ts';
export type { Change, Edit, EntryContent } from './isolate/build-edit.ts';
export { XWR_OF } from './isolate/build-edit.ts';
export type { TableAllocator, TableMemory, Xwr } from './isolate/table-memory.ts';
export type { MapOptions } from './translate/build.ts';
export { PageTable } from './translate/build.ts';
export { FORMATS, formatOf } from './formats.ts';
export { CSR_NAMES } from './hart/csr-names.ts';
export type { Extension, Isa } from './isa/extensions.ts';
export { wholeIsa } from './isa/extensions.ts';
export { parseIsa, printIsa } from './isa/isa-string.ts';
export { featuresOfIsa, isaOf } from './isa/machine-isa.ts';
export type { Assembled, AssemblyError } from './isa/assemble.ts';
export { Assembler } from './isa/assemble.ts';
export type { Decoded } from './isa/decode.ts';
export { Decoder } from './isa/decode.ts';
export { F_NAMES, F_REGISTERS, X_NAMES, X_REGISTERS } from './isa/registers.ts';
export { csrNumbers, csrText } from './isa/csr-operands.ts';
export { disassemble } from './isa/disassemble.ts';
export type { End, Line, Surroundings, Terminal } from './devices/device.ts';
export { LINES, NOWHERE } from './devices/device.ts';
export type { TreeRequest } from './devices/device-tree.ts';
export { platformBlob } from './devices/device-tree.ts';
export type { Line as DialogueLine } from './devices/dialogue.ts';
export { Dialogue } from './devices/dialogue.ts';
export { loadAssembly } from './loader/assembly.ts';
export { loadElf } from './loader/elf.ts';
export { loadRaw } from './loader/raw.ts';
export type { Image, LoadError, Loaded, Segment } from './loader/image.ts';
export { misplaced, whereabouts } from './loader/image.ts';
export { place } from './loader/place.ts';
export type { Boot, BootRequest } from './loader/boot.ts';
export { bootImages, payloadAddress } from './loader/boot.ts';
export { Machine } from './machine.ts';
export type { Access, Commit, CommitLog, RegisterWrite } from './engine/commit.ts';
export { Recorder } from './engine/commit.ts';
export type { Limits, Stop } from './hart/schedule.ts';
export { ArenaFull } from './memory/arena.ts';
export type { Fault } from './decisions.ts';
export type {
  Acceleration,
  Area,
  FirmwareDomain,
  FirmwareSpec,
  ModelName,
} from './firmware/spec.ts';
export type { Homecoming, Refusal } from './native/homecoming.ts';
export type { Op as FirmwareOp, Port as FirmwarePort } from './firmware/port.ts';
export type { Handlers } from './native/driver.ts';
export type { FirmwareStep } from './native/firmware-log.ts';
export { FirmwareFault } from './native/firmware-fault.ts';
export { NACL_CSRS, naclBytes, naclCsr, naclGpr } from './firmware/layouts/nacl.ts';
export { EXTENSIONS, extensionOf, fidOf, functionOf, functionWord } from './firmware/abi/abi.ts';
export type {
  Argument as CallArgument,
  Call,
  Extension as CallExtension,
} from './firmware/abi/call.ts';
export type { Check as CallCheck, Profile } from './firmware/abi/check.ts';
export { NACL_FEATURES } from './firmware/abi/nacl.ts';
export { ACCELERATIONS } from './firmware/spec.ts';
export type { ErrorName } from './firmware/abi/errors.ts';
export { errorName, ERRORS } from './firmware/abi/errors.ts';
export { TSM_INFO, TSM_INFO_SALUS } from './firmware/abi/structs.ts';
export { MODELS } from './models/index.ts';
export type { Model, NominalMode } from './models/model.ts';
export { refuseAcceleration } from './firmware/root/accel/legal.ts';
export { measurementRegister } from './firmware/tsm/measure/locate.ts';
