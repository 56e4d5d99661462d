/** The diagnostics of style, 5xx: legal, and hardly meant. */
import { example, type CatalogueRow } from './row.ts';

const LOAD = 'rdsm loads at 0x8000_0000';

export const STYLE = {
  SDT501: {
    title: 'a region or a constant that nothing uses',
    message: "nothing uses the region 'NAME'",
    severity: 'warning',
    example: example('scenario "s"', 'region key size 4K', LOAD),
  },
  SDT502: {
    title: 'a fixture that no scenario is given',
    message: "no scenario is given the fixture 'NAME'",
    severity: 'warning',
    example: example('fixture f', 'domain host', 'scenario "s"', LOAD),
  },
  SDT503: {
    title: 'two scenarios of one title',
    message: 'another scenario of this file has the same title',
    severity: 'warning',
    example: example('scenario "s"', LOAD, 'scenario "s"', LOAD),
  },
  SDT504: {
    title: 'a scenario that does not say what it covers, in a file where others do',
    message: "the scenario does not say what it 'covers'",
    severity: 'warning',
    example: example('scenario "s"', 'covers SMMPT-XWR-01', LOAD, 'scenario "t"', LOAD),
  },
  SDT505: {
    title: "'error' without the code that the call returns",
    message: "'error' accepts any error of this call",
    severity: 'warning',
    example: example('scenario "s"', 'domain host', 'host calls covh.get_tsm_info() -> error'),
  },
  SDT506: {
    title: 'a scenario that asserts nothing',
    message: 'the scenario attempts nothing and checks nothing',
    severity: 'warning',
    example: example('scenario "s"', 'domain host'),
  },
} as const satisfies Record<string, CatalogueRow>;
