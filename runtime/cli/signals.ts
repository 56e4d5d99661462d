/** SIGINT and SIGTERM: the first lets the run end and its reports be written, the second ends the process at once. */
import type { Stop } from '../run/run.ts';
import { abandonAll } from './atomic-file.ts';

const CODES = { SIGINT: 130, SIGTERM: 143 } as const;

export interface Signals {
  /** The signal that came, or null. */
  readonly stopped: () => Stop | null;
  /** Gives the signals back to their default. */
  readonly release: () => void;
}

export function catchSignals(): Signals {
  let signal: keyof typeof CODES | null = null;
  const listen = (name: keyof typeof CODES) => () => {
    if (signal !== null) {
      abandonAll();
      process.exit(CODES[name]);
    }
    signal = name;
  };
  const listeners = { SIGINT: listen('SIGINT'), SIGTERM: listen('SIGTERM') };
  process.on('SIGINT', listeners.SIGINT);
  process.on('SIGTERM', listeners.SIGTERM);
  return {
    stopped: () => (signal === null ? null : { why: `by ${signal}`, exitCode: CODES[signal] }),
    release: () => {
      process.off('SIGINT', listeners.SIGINT);
      process.off('SIGTERM', listeners.SIGTERM);
    },
  };
}
