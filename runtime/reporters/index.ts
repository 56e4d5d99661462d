/** The reporters by name; each is loaded when it is asked for. */
import type { ReporterFactory } from './reporter.ts';

interface Entry {
  readonly says: string;
  /** Its output is read by programs: nothing else may share its stream. */
  readonly machine: boolean;
  readonly load: () => Promise<{ readonly reporter: ReporterFactory }>;
}

export const REPORTERS = {
  default: {
    says: 'failures with frames, slowest cases, summary',
    machine: false,
    load: () => import('./default.ts'),
  },
  dot: { says: 'one character per case', machine: false, load: () => import('./dot.ts') },
  verbose: { says: 'one line per case', machine: false, load: () => import('./verbose.ts') },
  tap: { says: 'Test Anything Protocol 14', machine: true, load: () => import('./tap.ts') },
  junit: { says: 'JUnit XML', machine: true, load: () => import('./junit.ts') },
  ndjson: {
    says: 'the event stream, one object per line',
    machine: true,
    load: () => import('./ndjson.ts'),
  },
  json: { says: 'one JSON object', machine: true, load: () => import('./json.ts') },
  github: {
    says: 'annotations and a job summary; added by itself under GitHub Actions',
    machine: false,
    load: () => import('./github.ts'),
  },
} as const satisfies Record<string, Entry>;

export type ReporterName = keyof typeof REPORTERS;

export function isReporterName(name: string): name is ReporterName {
  return Object.hasOwn(REPORTERS, name);
}
