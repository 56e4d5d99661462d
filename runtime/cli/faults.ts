/** The named faults of the machine, by name: loaded when a command plants or lists them. */
export interface Fault {
  readonly says: string;
  /** Rules that the replaced decision decides. */
  readonly breaks: readonly string[];
}

export async function faultCatalogue(): Promise<Readonly<Record<string, Fault>>> {
  return (await import('../../emulator/faults/index.ts')).FAULTS;
}

/** What a fault does, and the rules that it breaks where the catalogue has some. */
export function faultText({ says, breaks }: Fault): string {
  return breaks.length === 0 ? says : `${says}; breaks ${breaks.join(' ')}`;
}
