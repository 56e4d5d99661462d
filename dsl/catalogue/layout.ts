/** The diagnostics of the layout, 3xx: where things may lie, and how tables may describe them. */
import { example, type CatalogueRow } from './row.ts';

const PLAIN = ['scenario "s"', 'domain host'];

export const LAYOUT = {
  SDT301: {
    title: 'two regions overlap',
    message: "'NAME' overlaps 'OTHER'",
    severity: 'error',
    example: example(
      ...PLAIN,
      'region a at 0x8100_0000 size 8K',
      'region b at 0x8100_1000 size 4K',
      'grant r on a to host',
      'grant r on b to host',
      'host loads at b',
    ),
  },
  SDT302: {
    title: 'a region, or a page of one, lies outside memory',
    message: "'NAME' (AT size SIZE) lies outside RAM",
    severity: 'error',
    example: example(
      ...PLAIN,
      'region a at 0x9000_0000 size 4K',
      'grant r on a to host',
      'host loads at a',
    ),
  },
  SDT303: {
    title: 'an address or a size that is not aligned',
    message: 'ADDRESS is not the start of a page',
    severity: 'error',
    example: example(
      ...PLAIN,
      'grant r on at 0x8100_0080 size 4K to host',
      'host loads at 0x8100_0080',
    ),
  },
  SDT304: {
    title: 'a leaf size or a level that the mode does not have',
    message: 'MODE has no leaves of SIZE',
    severity: 'error',
    example: example(
      'scenario "s"',
      'machine mpt smmpt43',
      'domain host',
      'region a size 4M aligned 4M',
      'grant r on a to host using 4M leaves',
      'host loads at a',
    ),
  },
  SDT305: {
    title: 'page tables in memory that the domain may not read',
    message: "the page tables of 'SPACE' lie in 'REGION', which 'DOMAIN' may not read",
    severity: 'error',
    example: example(
      ...PLAIN,
      'region pt size 64K',
      'region data size 4K',
      'space os is s sv39 in host with tables in pt',
      'map os 0x40_0000 to data size 4K rw',
      'grant rw on data to host',
      'actor kernel is host in S using os',
      'kernel loads at 0x40_0000 -> ok',
    ),
  },
  SDT306: {
    title: 'a region that one domain may write and another may access',
    message: "'DOMAIN' may write 'REGION', and 'OTHER' may access it",
    severity: 'warning',
    example: example(
      ...PLAIN,
      'domain vault',
      'region key size 4K',
      'grant rw on key to vault',
      'grant r on key to host',
      'host loads at key',
    ),
  },
  SDT307: {
    title: 'two domains with one SDID',
    message: 'another domain has the SDID N',
    severity: 'warning',
    example: example(
      'scenario "s"',
      'domain host sdid 1',
      'domain vault sdid 1',
      'host loads at 0x8000_0000',
      'vault loads at 0x8000_0000',
    ),
  },
  SDT308: {
    title: 'a region over the memory that holds the tables',
    message: "'NAME' lies over the memory that holds the tables",
    severity: 'error',
    example: example(
      ...PLAIN,
      'region a at 0x8f00_0000 size 4K',
      'grant r on a to host',
      'host loads at a',
    ),
  },
  SDT309: {
    title: 'RAM and I/O regions of the machine overlap',
    message: "'io' overlaps 'ram'",
    severity: 'error',
    example: example(
      'scenario "s"',
      'machine ram at 0x8000_0000 size 256M, io at 0x8800_0000 size 4K',
      'rdsm loads at 0x8000_0000',
    ),
  },
  SDT310: {
    title: 'no room for a region',
    message: "RAM has no room left for 'NAME'",
    severity: 'error',
    example: example(...PLAIN, 'region a size 512M', 'grant r on a to host', 'host loads at a'),
  },
  SDT311: {
    title: 'an extent that is not made of aligned leaves',
    message: 'AT size SIZE is not made of aligned leaves of SIZE',
    severity: 'error',
    example: example(
      ...PLAIN,
      'region a at 0x8100_1000 size 2M',
      'grant r on a to host using 2M leaves',
      'host loads at a',
    ),
  },
  SDT312: {
    title: 'a mapping that the translation mode cannot have',
    message: 'ADDRESS is no address of MODE',
    severity: 'error',
    example: example(
      ...PLAIN,
      'region pt size 64K',
      'grant rw on pt to host',
      'space os is s sv39 in host with tables in pt',
      'map os 0x40_0000_0000 to 0x8100_0000 size 4K rw',
      'actor kernel is host in S using os',
      'kernel loads at 0x1000 -> page fault',
    ),
  },
  SDT313: {
    title: 'an SDID wider than the machine has bits for',
    message: 'the SDID N does not fit into N bits',
    severity: 'warning',
    example: example(
      'scenario "s"',
      'machine sdidlen 2',
      'domain host sdid 5',
      'host loads at 0x8000_0000',
    ),
  },
  SDT315: {
    title: 'an alias without an address, or larger than what it stands for',
    message: "'NAME' aliases 'OTHER', but has no address",
    severity: 'error',
    example: example(
      'scenario "s"',
      'region a size 4K holds 1',
      'region b size 4K aliases a',
      'rdsm loads at a',
      'rdsm loads at b',
    ),
  },
} as const satisfies Record<string, CatalogueRow>;
