/** For back ends of tests that execute no instructions: every call is refused. */
import type { Execution } from './execution.ts';

const refuse = (): never => {
  throw new Error('this back end executes no instructions');
};

export class NoExecution implements Execution {
  readonly readRegister: Execution['readRegister'] = refuse;
  readonly writeRegister: Execution['writeRegister'] = refuse;
  readonly execute: Execution['execute'] = refuse;
  readonly start: Execution['start'] = refuse;
  readonly park: Execution['park'] = refuse;
  readonly run: Execution['run'] = refuse;

  boot(): string {
    return 'it runs no firmware';
  }

  away(): boolean {
    return false;
  }

  takeFirmwareLog(): readonly [] {
    return [];
  }

  home(): null {
    return null;
  }
}
