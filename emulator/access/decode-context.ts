/** CSRs to contexts: what each effective mode's accesses meet, decoded when a CSR was written. */
import type { AccessFields, LevelFields } from '../hart/csr-fields.ts';
import { accessFields } from '../hart/csr-fields.ts';
import type { CsrFile } from '../hart/csr-file.ts';
import { domainGeometry } from '../hart/csr-isolation.ts';
import { deniesOperation } from '../hart/operation-rights.ts';
import type { AtpFields } from '../hart/csr-supervisor.ts';
import { stageGeometry } from '../hart/csr-supervisor.ts';
import { STAGE_CODE, tagOf } from '../cache/entry-cache.ts';
import { cacheDecisions } from '../cache/policy.ts';
import type { Domain } from '../isolate/domain.ts';
import { REVISIONS } from '../revision.ts';
import { R } from '../rules/fired.ts';
import type { Stage, Tags } from '../translate/stage.ts';
import type { Context, Mode } from './context.ts';
import { idle, MODES } from './context.ts';
import type { Kind, OperationName } from './kinds.ts';
import type { Denial } from './trap.ts';

type Contexts5 = Record<Mode, Context>;
/** How the entry cache tags what it keeps. */
type Keeps = Pick<typeof cacheDecisions, 'sdidTag' | 'vmidTag'>;

/** The same page number; an integer of the host where it fits one, so that walks add integers. */
function counted(page: number): number {
  const small = page | 0;
  return small === page ? small : page;
}

/** The contexts of one hart. */
export class Contexts {
  /** mstatus.MPRV. */
  mprv = false;
  readonly #csrs: CsrFile;
  readonly #of = Object.fromEntries(MODES.map((mode) => [mode, idle(mode)])) as Contexts5;
  #keep: Keeps = cacheDecisions;
  #version = -1;
  #domainVersion = -1;
  #domain: Domain | null = null;
  /** SDID that tags translations; 0 where the revision does not tag them. */
  #sdid = 0;
  /** In whose place M-mode loads and stores, and fetches. */
  #machineData: Mode = 'M';
  #machineFetch: Mode = 'M';
  #hypervisorAccess: Mode = 'VU';

  constructor(csrs: CsrFile) {
    this.#csrs = csrs;
  }

  reset(keep: Keeps): void {
    this.#keep = keep;
  }

  /** The context of an access that an instruction in `mode` makes: MPRV and SPVP are applied. */
  of(mode: Mode, kind: Kind): Context {
    if (this.#version !== this.#csrs.version) this.#decode();
    if (kind.hypervisor) return this.#of[this.#hypervisorAccess];
    if (mode !== 'M') return this.#of[mode];
    return this.#of[kind.origin === 'fetch' ? this.#machineFetch : this.#machineData];
  }

  /** Why an instruction of this operation may not execute in a mode (feature, HU, CBO and SSE enables), or null. */
  deniesOperation(mode: Mode, operation: OperationName): Denial | null {
    return deniesOperation(this.#csrs, mode, operation);
  }

  #decode(): void {
    const csrs = this.#csrs;
    const { decide, platform } = csrs;
    const fields = accessFields(csrs);
    this.#version = csrs.version;
    this.mprv = fields.mprv;
    this.#machineData = decide.appliesMprv(fields.mprv, false) ? fields.previous : 'M';
    this.#machineFetch = decide.appliesMprv(fields.mprv, true) ? fields.previous : 'M';
    this.#hypervisorAccess = decide.hypervisorAccessAsSupervisor(fields.spvp) ? 'VS' : 'VU';
    if (this.#domainVersion !== csrs.domainVersion) this.#decodeDomain(fields);
    const bigEndian = decide.tableBigEndian(fields.mbe, fields.sbe);
    if (this.#domain !== null && this.#domain.bigEndian !== bigEndian) {
      this.#domain = { ...this.#domain, bigEndian };
    }
    const domain = this.#domain;
    const sdid = this.#sdid;

    const { host, guest } = fields;
    const { asid, vmid } = { asid: fields.satp.id, vmid: fields.hgatp.id };
    const s = this.#stage('s', fields.satp, host, fields.sbe, null, { sdid, vmid: 0, asid });
    const g = this.#stage('g', fields.hgatp, host, fields.sbe, null, { sdid, vmid, asid: 0 });
    const g2 = g === null ? null : this.#inner(fields, g, sdid);
    const guestTags = { sdid, vmid: fields.hgatp2?.id ?? vmid, asid: fields.vsatp.id };
    const vs = this.#stage('vs', fields.vsatp, guest, fields.vsbe, g2 ?? g, guestTags);

    const machine = decide.checksMachine() ? domain : null;
    this.#set('M', null, null, machine, host, fields.mbe, fields.sbe);
    this.#set('S', s, null, domain, host, fields.sbe, fields.sbe);
    this.#set('U', s, null, domain, host, fields.ube, fields.sbe);
    this.#set('VS', vs, g2 ?? g, domain, guest, fields.vsbe, fields.vsbe);
    this.#set('VU', vs, g2 ?? g, domain, guest, fields.vube, fields.vsbe);
    // HS-level MXR reaches both stages of a guest access; the guest's own the VS-stage only.
    for (const mode of ['VS', 'VU'] as const) {
      this.#of[mode].mxr = host.mxr;
      this.#of[mode].vsmxr = guest.mxr;
    }
    if (platform.features.has('Smsd') && domain === null) csrs.fired[R.SMSD_CSR_24] = 1;
    if (domain?.isolation === 'smmtt') csrs.fired[R.SMMTT_CSR_10] = 1;
  }

  /** The stage of a guest hypervisor, whose tables and output lie behind that of its host. */
  #inner({ hgatp2, host, sbe }: AccessFields, outer: Stage, sdid: number): Stage | null {
    if (hgatp2 === null) return null;
    const tags = { sdid, vmid: hgatp2.id, asid: 0 };
    const stage = this.#stage('g', hgatp2, host, sbe, outer, tags);
    return stage === null ? null : { ...stage, after: outer };
  }

  #set(
    mode: Mode,
    first: Stage | null,
    second: Stage | null,
    domain: Domain | null,
    level: LevelFields,
    bigEndian: boolean,
    tablesBigEndian: boolean,
  ): void {
    const context = this.#of[mode];
    context.first = first;
    context.second = second;
    context.domain = domain;
    context.sum = level.sum;
    context.mxr = level.mxr;
    context.vsmxr = false;
    context.bigEndian = bigEndian;
    context.tablesBigEndian = tablesBigEndian;
    context.shadowStack = level.sse;
  }

  #stage(
    name: Stage['name'],
    atp: AtpFields,
    level: LevelFields,
    bigEndian: boolean,
    below: Stage | null,
    tags: Tags,
  ): Stage | null {
    const { platform, decide } = this.#csrs;
    const geometry = stageGeometry(atp.mode, name === 'g', platform);
    if (geometry === null) return null;
    const { sdidTag, vmidTag } = this.#keep;
    const has = (feature: 'Svadu' | 'Svade') => platform.features.has(feature);
    return {
      name,
      geometry,
      root: counted(atp.root),
      below,
      tags,
      tag: tagOf(STAGE_CODE[name], 0, sdidTag(tags.sdid), vmidTag(tags.vmid)),
      isGuest: name === 'g',
      updatesAccessed: decide.updatesAccessed(has('Svadu'), has('Svade'), level.adue),
      pbmt: level.pbmte,
      bigEndian,
    };
  }

  #decodeDomain({ domain }: AccessFields): void {
    const { platform, decide, domainVersion } = this.#csrs;
    const { isolation, sdidTagsTranslations } = REVISIONS[platform.revision];
    this.#domainVersion = domainVersion;
    this.#sdid = sdidTagsTranslations && domain !== null ? domain.sdid : 0;
    const geometry = domain === null ? null : domainGeometry(domain.mode, platform);
    this.#domain = null;
    if (domain === null || geometry === null || !decide.isActive(domain.sdid)) return;
    const { sdid } = domain;
    const root = counted(domain.root);
    const code = isolation === 'smmpt' ? STAGE_CODE.mpt : STAGE_CODE.mtt;
    const tag = tagOf(code, 0, this.#keep.sdidTag(sdid), 0);
    this.#domain = { isolation, geometry, root, sdid, tag, bigEndian: false };
  }
}
