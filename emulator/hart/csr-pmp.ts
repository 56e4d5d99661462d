/** CSRs of physical memory protection: views of the registers in `Pmp`. */
import { PMP_ENTRIES } from '../protect/pmp.ts';
import type { CsrRow } from './csr-row.ts';
import { csr, hasFeature, wide } from './csr-row.ts';

const withPmp = hasFeature('pmp');
const numbers = [...Array(PMP_ENTRIES).keys()];

/** pmpcfg `index` holds XLEN/8 configuration bytes; the odd ones exist at XLEN 32 only. */
function pmpcfg(index: number): CsrRow {
  return csr(`pmpcfg${index}`, 0x3a0 + index, {
    xlen: index % 2 === 0 ? null : 32,
    exists: withPmp,
    affectsAccess: true,
    read: ({ pmp, platform }) => {
      let value = 0n;
      for (let byte = platform.xlen / 8 - 1; byte >= 0; byte--) {
        value = (value << 8n) | BigInt(pmp.config[index * 4 + byte]);
      }
      return value;
    },
    write: ({ pmp, platform }, value) => {
      for (let byte = 0; byte < platform.xlen / 8; byte++) {
        pmp.writeConfig(index * 4 + byte, Number((value >> BigInt(8 * byte)) & 0xffn));
      }
    },
  });
}

function pmpaddr(index: number): CsrRow {
  return csr(`pmpaddr${index}`, 0x3b0 + index, {
    exists: withPmp,
    affectsAccess: true,
    read: ({ pmp }) => pmp.address[index],
    write: ({ pmp }, value) => pmp.writeAddress(index, value),
  });
}

export const PMP_CSRS: readonly CsrRow[] = [
  ...numbers.slice(0, 16).map(pmpcfg),
  ...numbers.map(pmpaddr),
  ...wide('mseccfg', 0x747, 0x757, {
    exists: (platform) => platform.features.has('Smepmp') && withPmp(platform),
    affectsAccess: true,
    read: ({ pmp }) => BigInt(pmp.mseccfg),
    write: ({ pmp }, value) => pmp.writeSecurity(Number(value & 7n)),
  }),
];
