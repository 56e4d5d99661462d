/** The encodings that the plain interpreter executes, as the manual lists them: for generators and their measure. */

/**
 * `name | fields from bit 31 (15) down | what it needs`. Fields: bits, `d` rd, `a` rs1, `b` rs2, `c` rs3, `m` rm,
 * `iN` N bits of an immediate, `q` aq and rl. Needs: extensions, `32` or `64`.
 */
const LISTING = `
lui | i20 d 0110111
auipc | i20 d 0010111
jal | i20 d 1101111
jalr | i12 a 000 d 1100111
beq | i7 b a 000 i5 1100011
bne | i7 b a 001 i5 1100011
blt | i7 b a 100 i5 1100011
bge | i7 b a 101 i5 1100011
bltu | i7 b a 110 i5 1100011
bgeu | i7 b a 111 i5 1100011
lb | i12 a 000 d 0000011
lh | i12 a 001 d 0000011
lw | i12 a 010 d 0000011
ld | i12 a 011 d 0000011 | 64
lbu | i12 a 100 d 0000011
lhu | i12 a 101 d 0000011
lwu | i12 a 110 d 0000011 | 64
sb | i7 b a 000 i5 0100011
sh | i7 b a 001 i5 0100011
sw | i7 b a 010 i5 0100011
sd | i7 b a 011 i5 0100011 | 64
addi | i12 a 000 d 0010011
slti | i12 a 010 d 0010011
sltiu | i12 a 011 d 0010011
xori | i12 a 100 d 0010011
ori | i12 a 110 d 0010011
andi | i12 a 111 d 0010011
slli | 000000 i6 a 001 d 0010011 | 64
srli | 000000 i6 a 101 d 0010011 | 64
srai | 010000 i6 a 101 d 0010011 | 64
slli.32 | 0000000 i5 a 001 d 0010011 | 32
srli.32 | 0000000 i5 a 101 d 0010011 | 32
srai.32 | 0100000 i5 a 101 d 0010011 | 32
add | 0000000 b a 000 d 0110011
sub | 0100000 b a 000 d 0110011
sll | 0000000 b a 001 d 0110011
slt | 0000000 b a 010 d 0110011
sltu | 0000000 b a 011 d 0110011
xor | 0000000 b a 100 d 0110011
srl | 0000000 b a 101 d 0110011
sra | 0100000 b a 101 d 0110011
or | 0000000 b a 110 d 0110011
and | 0000000 b a 111 d 0110011
fence | i12 a 000 d 0001111
fence.i | i12 a 001 d 0001111
ecall | 000000000000 00000 000 00000 1110011
ebreak | 000000000001 00000 000 00000 1110011
addiw | i12 a 000 d 0011011 | 64
slliw | 0000000 i5 a 001 d 0011011 | 64
srliw | 0000000 i5 a 101 d 0011011 | 64
sraiw | 0100000 i5 a 101 d 0011011 | 64
addw | 0000000 b a 000 d 0111011 | 64
subw | 0100000 b a 000 d 0111011 | 64
sllw | 0000000 b a 001 d 0111011 | 64
srlw | 0000000 b a 101 d 0111011 | 64
sraw | 0100000 b a 101 d 0111011 | 64
mul | 0000001 b a 000 d 0110011 | M
mulh | 0000001 b a 001 d 0110011 | M
mulhsu | 0000001 b a 010 d 0110011 | M
mulhu | 0000001 b a 011 d 0110011 | M
div | 0000001 b a 100 d 0110011 | M
divu | 0000001 b a 101 d 0110011 | M
rem | 0000001 b a 110 d 0110011 | M
remu | 0000001 b a 111 d 0110011 | M
mulw | 0000001 b a 000 d 0111011 | 64 M
divw | 0000001 b a 100 d 0111011 | 64 M
divuw | 0000001 b a 101 d 0111011 | 64 M
remw | 0000001 b a 110 d 0111011 | 64 M
remuw | 0000001 b a 111 d 0111011 | 64 M
lr.w | 00010 q 00000 a 010 d 0101111 | A
sc.w | 00011 q b a 010 d 0101111 | A
amoswap.w | 00001 q b a 010 d 0101111 | A
amoadd.w | 00000 q b a 010 d 0101111 | A
amoxor.w | 00100 q b a 010 d 0101111 | A
amoand.w | 01100 q b a 010 d 0101111 | A
amoor.w | 01000 q b a 010 d 0101111 | A
amomin.w | 10000 q b a 010 d 0101111 | A
amomax.w | 10100 q b a 010 d 0101111 | A
amominu.w | 11000 q b a 010 d 0101111 | A
amomaxu.w | 11100 q b a 010 d 0101111 | A
lr.d | 00010 q 00000 a 011 d 0101111 | 64 A
sc.d | 00011 q b a 011 d 0101111 | 64 A
amoswap.d | 00001 q b a 011 d 0101111 | 64 A
amoadd.d | 00000 q b a 011 d 0101111 | 64 A
amoxor.d | 00100 q b a 011 d 0101111 | 64 A
amoand.d | 01100 q b a 011 d 0101111 | 64 A
amoor.d | 01000 q b a 011 d 0101111 | 64 A
amomin.d | 10000 q b a 011 d 0101111 | 64 A
amomax.d | 10100 q b a 011 d 0101111 | 64 A
amominu.d | 11000 q b a 011 d 0101111 | 64 A
amomaxu.d | 11100 q b a 011 d 0101111 | 64 A
amocas.w | 00101 q b a 010 d 0101111 | Zacas
amocas.d | 00101 q b a 011 d 0101111 | Zacas
amocas.q | 00101 q b a 100 d 0101111 | 64 Zacas
csrrw | i12 a 001 d 1110011
csrrs | i12 a 010 d 1110011
csrrc | i12 a 011 d 1110011
csrrwi | i12 i5 101 d 1110011
csrrsi | i12 i5 110 d 1110011
csrrci | i12 i5 111 d 1110011
add.uw | 0000100 b a 000 d 0111011 | 64 Zba
sh1add | 0010000 b a 010 d 0110011 | Zba
sh2add | 0010000 b a 100 d 0110011 | Zba
sh3add | 0010000 b a 110 d 0110011 | Zba
sh1add.uw | 0010000 b a 010 d 0111011 | 64 Zba
sh2add.uw | 0010000 b a 100 d 0111011 | 64 Zba
sh3add.uw | 0010000 b a 110 d 0111011 | 64 Zba
slli.uw | 000010 i6 a 001 d 0011011 | 64 Zba
andn | 0100000 b a 111 d 0110011 | Zbb
orn | 0100000 b a 110 d 0110011 | Zbb
xnor | 0100000 b a 100 d 0110011 | Zbb
clz | 011000000000 a 001 d 0010011 | Zbb
ctz | 011000000001 a 001 d 0010011 | Zbb
cpop | 011000000010 a 001 d 0010011 | Zbb
sext.b | 011000000100 a 001 d 0010011 | Zbb
sext.h | 011000000101 a 001 d 0010011 | Zbb
clzw | 011000000000 a 001 d 0011011 | 64 Zbb
ctzw | 011000000001 a 001 d 0011011 | 64 Zbb
cpopw | 011000000010 a 001 d 0011011 | 64 Zbb
max | 0000101 b a 110 d 0110011 | Zbb
maxu | 0000101 b a 111 d 0110011 | Zbb
min | 0000101 b a 100 d 0110011 | Zbb
minu | 0000101 b a 101 d 0110011 | Zbb
rol | 0110000 b a 001 d 0110011 | Zbb
ror | 0110000 b a 101 d 0110011 | Zbb
rori | 011000 i6 a 101 d 0010011 | 64 Zbb
rori.32 | 0110000 i5 a 101 d 0010011 | 32 Zbb
rolw | 0110000 b a 001 d 0111011 | 64 Zbb
rorw | 0110000 b a 101 d 0111011 | 64 Zbb
roriw | 0110000 i5 a 101 d 0011011 | 64 Zbb
zext.h | 000010000000 a 100 d 0111011 | 64 Zbb
zext.h.32 | 000010000000 a 100 d 0110011 | 32 Zbb
rev8 | 011010111000 a 101 d 0010011 | 64 Zbb
rev8.32 | 011010011000 a 101 d 0010011 | 32 Zbb
orc.b | 001010000111 a 101 d 0010011 | Zbb
bclr | 0100100 b a 001 d 0110011 | Zbs
bext | 0100100 b a 101 d 0110011 | Zbs
binv | 0110100 b a 001 d 0110011 | Zbs
bset | 0010100 b a 001 d 0110011 | Zbs
bclri | 010010 i6 a 001 d 0010011 | 64 Zbs
bexti | 010010 i6 a 101 d 0010011 | 64 Zbs
binvi | 011010 i6 a 001 d 0010011 | 64 Zbs
bseti | 001010 i6 a 001 d 0010011 | 64 Zbs
bclri.32 | 0100100 i5 a 001 d 0010011 | 32 Zbs
bexti.32 | 0100100 i5 a 101 d 0010011 | 32 Zbs
binvi.32 | 0110100 i5 a 001 d 0010011 | 32 Zbs
bseti.32 | 0010100 i5 a 001 d 0010011 | 32 Zbs
czero.eqz | 0000111 b a 101 d 0110011 | Zicond
czero.nez | 0000111 b a 111 d 0110011 | Zicond
cbo.inval | 000000000000 a 010 00000 0001111 | Zicbom
cbo.clean | 000000000001 a 010 00000 0001111 | Zicbom
cbo.flush | 000000000010 a 010 00000 0001111 | Zicbom
cbo.zero | 000000000100 a 010 00000 0001111 | Zicboz
prefetch.i | i7 00000 a 110 00000 0010011 | Zicbop
prefetch.r | i7 00001 a 110 00000 0010011 | Zicbop
prefetch.w | i7 00011 a 110 00000 0010011 | Zicbop
wrs.nto | 000000001101 00000 000 00000 1110011 | Zawrs
wrs.sto | 000000011101 00000 000 00000 1110011 | Zawrs
mret | 001100000010 00000 000 00000 1110011
sret | 000100000010 00000 000 00000 1110011
wfi | 000100000101 00000 000 00000 1110011
sfence.vma | 0001001 b a 000 00000 1110011
sinval.vma | 0001011 b a 000 00000 1110011 | Svinval
sfence.w.inval | 000110000000 00000 000 00000 1110011 | Svinval
sfence.inval.ir | 000110000001 00000 000 00000 1110011 | Svinval
hfence.vvma | 0010001 b a 000 00000 1110011 | H
hfence.gvma | 0110001 b a 000 00000 1110011 | H
hinval.vvma | 0010011 b a 000 00000 1110011 | H Svinval
hinval.gvma | 0110011 b a 000 00000 1110011 | H Svinval
mfence.pa | 1011110 b a 000 00000 1110011 | Smsd
minval.pa | 1011111 b a 000 00000 1110011 | Smsd
hlv.b | 011000000000 a 100 d 1110011 | H
hlv.bu | 011000000001 a 100 d 1110011 | H
hlv.h | 011001000000 a 100 d 1110011 | H
hlv.hu | 011001000001 a 100 d 1110011 | H
hlvx.hu | 011001000011 a 100 d 1110011 | H
hlv.w | 011010000000 a 100 d 1110011 | H
hlvx.wu | 011010000011 a 100 d 1110011 | H
hlv.wu | 011010000001 a 100 d 1110011 | 64 H
hlv.d | 011011000000 a 100 d 1110011 | 64 H
hsv.b | 0110001 b a 100 00000 1110011 | H
hsv.h | 0110011 b a 100 00000 1110011 | H
hsv.w | 0110101 b a 100 00000 1110011 | H
hsv.d | 0110111 b a 100 00000 1110011 | 64 H
ssamoswap.w | 01001 q b a 010 d 0101111 | Zicfiss
ssamoswap.d | 01001 q b a 011 d 0101111 | 64 Zicfiss
sspush.x1 | 1100111 00001 00000 100 00000 1110011 | Zicfiss
sspush.x5 | 1100111 00101 00000 100 00000 1110011 | Zicfiss
sspopchk.x1 | 110011011100 00001 100 00000 1110011 | Zicfiss
sspopchk.x5 | 110011011100 00101 100 00000 1110011 | Zicfiss
ssrdp | 110011011100 00000 100 d 1110011 | Zicfiss
flw | i12 a 010 d 0000111 | F
fsw | i7 b a 010 i5 0100111 | F
fmadd.s | c 00 b a m d 1000011 | F
fmsub.s | c 00 b a m d 1000111 | F
fnmsub.s | c 00 b a m d 1001011 | F
fnmadd.s | c 00 b a m d 1001111 | F
fadd.s | 0000000 b a m d 1010011 | F
fsub.s | 0000100 b a m d 1010011 | F
fmul.s | 0001000 b a m d 1010011 | F
fdiv.s | 0001100 b a m d 1010011 | F
fsqrt.s | 010110000000 a m d 1010011 | F
fsgnj.s | 0010000 b a 000 d 1010011 | F
fsgnjn.s | 0010000 b a 001 d 1010011 | F
fsgnjx.s | 0010000 b a 010 d 1010011 | F
fmin.s | 0010100 b a 000 d 1010011 | F
fmax.s | 0010100 b a 001 d 1010011 | F
fcvt.w.s | 110000000000 a m d 1010011 | F
fcvt.wu.s | 110000000001 a m d 1010011 | F
fcvt.l.s | 110000000010 a m d 1010011 | 64 F
fcvt.lu.s | 110000000011 a m d 1010011 | 64 F
fmv.x.w | 111000000000 a 000 d 1010011 | F
feq.s | 1010000 b a 010 d 1010011 | F
flt.s | 1010000 b a 001 d 1010011 | F
fle.s | 1010000 b a 000 d 1010011 | F
fclass.s | 111000000000 a 001 d 1010011 | F
fcvt.s.w | 110100000000 a m d 1010011 | F
fcvt.s.wu | 110100000001 a m d 1010011 | F
fcvt.s.l | 110100000010 a m d 1010011 | 64 F
fcvt.s.lu | 110100000011 a m d 1010011 | 64 F
fmv.w.x | 111100000000 a 000 d 1010011 | F
fld | i12 a 011 d 0000111 | D
fsd | i7 b a 011 i5 0100111 | D
fmadd.d | c 01 b a m d 1000011 | D
fmsub.d | c 01 b a m d 1000111 | D
fnmsub.d | c 01 b a m d 1001011 | D
fnmadd.d | c 01 b a m d 1001111 | D
fadd.d | 0000001 b a m d 1010011 | D
fsub.d | 0000101 b a m d 1010011 | D
fmul.d | 0001001 b a m d 1010011 | D
fdiv.d | 0001101 b a m d 1010011 | D
fsqrt.d | 010110100000 a m d 1010011 | D
fsgnj.d | 0010001 b a 000 d 1010011 | D
fsgnjn.d | 0010001 b a 001 d 1010011 | D
fsgnjx.d | 0010001 b a 010 d 1010011 | D
fmin.d | 0010101 b a 000 d 1010011 | D
fmax.d | 0010101 b a 001 d 1010011 | D
fcvt.s.d | 010000000001 a m d 1010011 | D
fcvt.d.s | 010000100000 a m d 1010011 | D
feq.d | 1010001 b a 010 d 1010011 | D
flt.d | 1010001 b a 001 d 1010011 | D
fle.d | 1010001 b a 000 d 1010011 | D
fclass.d | 111000100000 a 001 d 1010011 | D
fcvt.w.d | 110000100000 a m d 1010011 | D
fcvt.wu.d | 110000100001 a m d 1010011 | D
fcvt.l.d | 110000100010 a m d 1010011 | 64 D
fcvt.lu.d | 110000100011 a m d 1010011 | 64 D
fmv.x.d | 111000100000 a 000 d 1010011 | 64 D
fcvt.d.w | 110100100000 a m d 1010011 | D
fcvt.d.wu | 110100100001 a m d 1010011 | D
fcvt.d.l | 110100100010 a m d 1010011 | 64 D
fcvt.d.lu | 110100100011 a m d 1010011 | 64 D
fmv.d.x | 111100100000 a 000 d 1010011 | 64 D
c.addi4spn | 000 i8 i3 00 | C
c.fld | 001 i3 i3 i2 i3 00 | C D
c.lw | 010 i3 i3 i2 i3 00 | C
c.flw | 011 i3 i3 i2 i3 00 | 32 C F
c.ld | 011 i3 i3 i2 i3 00 | 64 C
c.fsd | 101 i3 i3 i2 i3 00 | C D
c.sw | 110 i3 i3 i2 i3 00 | C
c.fsw | 111 i3 i3 i2 i3 00 | 32 C F
c.sd | 111 i3 i3 i2 i3 00 | 64 C
c.addi | 000 i1 d i5 01 | C
c.jal | 001 i11 01 | 32 C
c.addiw | 001 i1 d i5 01 | 64 C
c.li | 010 i1 d i5 01 | C
c.addi16sp | 011 i1 00010 i5 01 | C
c.lui | 011 i1 d i5 01 | C
c.srli | 100 i1 00 i3 i5 01 | C
c.srai | 100 i1 01 i3 i5 01 | C
c.andi | 100 i1 10 i3 i5 01 | C
c.sub | 100011 i3 00 i3 01 | C
c.xor | 100011 i3 01 i3 01 | C
c.or | 100011 i3 10 i3 01 | C
c.and | 100011 i3 11 i3 01 | C
c.subw | 100111 i3 00 i3 01 | 64 C
c.addw | 100111 i3 01 i3 01 | 64 C
c.j | 101 i11 01 | C
c.beqz | 110 i3 i3 i5 01 | C
c.bnez | 111 i3 i3 i5 01 | C
c.slli | 000 i1 d i5 10 | C
c.fldsp | 001 i1 d i5 10 | C D
c.lwsp | 010 i1 d i5 10 | C
c.flwsp | 011 i1 d i5 10 | 32 C F
c.ldsp | 011 i1 d i5 10 | 64 C
c.jr | 1000 d 00000 10 | C
c.mv | 1000 d b 10 | C
c.ebreak | 1001 00000 00000 10 | C
c.jalr | 1001 d 00000 10 | C
c.add | 1001 d b 10 | C
c.fsdsp | 101 i6 b 10 | C D
c.swsp | 110 i6 b 10 | C
c.fswsp | 111 i6 b 10 | 32 C F
c.sdsp | 111 i6 b 10 | 64 C
c.sspush | 0110000010000001 | C Zicfiss
c.sspopchk | 0110001010000001 | C Zicfiss
`;

export interface Encoding {
  readonly name: string;
  /** Bytes. */
  readonly length: 2 | 4;
  readonly match: number;
  /** Which bits are fixed. */
  readonly mask: number;
  /** null: both. */
  readonly xlen: 32 | 64 | null;
  readonly extensions: readonly string[];
  /** Where its register fields begin, by letter: rs1 `a`, rs2 `b`, rs3 `c`, rd `d`, rm `m`. */
  readonly fields: ReadonlyMap<string, number>;
}

const WIDTHS: Readonly<Record<string, number>> = { d: 5, a: 5, b: 5, c: 5, m: 3, q: 2 };

function parse(line: string): Encoding {
  const [name = '', layout = '', needs = ''] = line.split('|').map((part) => part.trim());
  const fields = new Map<string, number>();
  const tokens = layout.split(' ');
  const widthOf = (token: string) =>
    token.startsWith('i') ? Number(token.slice(1)) : (WIDTHS[token] ?? token.length);
  const width = tokens.reduce((sum, token) => sum + widthOf(token), 0);
  if (width !== 32 && width !== 16) throw new Error(`${name} has ${width} bits`);
  let [match, mask, at] = [0, 0, width];
  for (const token of tokens) {
    at -= widthOf(token);
    if (!/^[01]+$/.test(token)) fields.set(token, at);
    else {
      match += parseInt(token, 2) * 2 ** at;
      mask += (2 ** token.length - 1) * 2 ** at;
    }
  }
  const words = needs.split(' ').filter((word) => word !== '');
  return {
    name,
    length: width === 16 ? 2 : 4,
    match,
    mask,
    xlen: words.includes('32') ? 32 : words.includes('64') ? 64 : null,
    extensions: words.filter((word) => word !== '32' && word !== '64'),
    fields,
  };
}

export const ENCODINGS: readonly Encoding[] = LISTING.trim().split('\n').map(parse);

const fixedBits = ({ mask }: Encoding) => mask.toString(2).replaceAll('0', '').length;
/** The most specific first. */
const ORDERED = [...ENCODINGS].sort((x, y) => fixedBits(y) - fixedBits(x));
const BY_LOW = new Map<string, readonly Encoding[]>();

/** The instruction that a word is, if its operands are legal; null for what no row describes. */
export function encodingOf(word: number, xlen: 32 | 64): Encoding | null {
  const low = (word & 3) === 3 ? word & 0x7f : word & 3;
  const key = `${xlen} ${low}`;
  let candidates = BY_LOW.get(key);
  if (candidates === undefined) {
    const length = (word & 3) === 3 ? 4 : 2;
    const fixed = length === 4 ? 0x7f : 3;
    candidates = ORDERED.filter(
      (row) =>
        row.length === length &&
        (row.xlen === null || row.xlen === xlen) &&
        (row.match & fixed) === low,
    );
    BY_LOW.set(key, candidates);
  }
  return candidates.find(({ mask, match }) => (word & mask) >>> 0 === match) ?? null;
}
