/** What the value of a setting may be, whether it comes from a flag, the environment or the configuration file. */

/** What is wrong with a value, as the end of a sentence that starts with the setting's name. */
export class Problem {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export interface Shape<T> {
  /** Reads a string (flag, environment) or a JSON value (file). */
  readonly read: (value: unknown) => T | Problem;
  /** The JSON schema of the value in the configuration file. */
  readonly schema: object;
  /** The flag may be given several times. */
  readonly repeatable: boolean;
}

export const text: Shape<string> = {
  read: (value) =>
    typeof value === 'string' && value !== ''
      ? value
      : new Problem('must be a text that is not empty'),
  schema: { type: 'string', minLength: 1 },
  repeatable: false,
};

export const flag: Shape<boolean> = {
  read: (value) => {
    if (typeof value === 'boolean') return value;
    if (value === '1' || value === 'true') return true;
    if (value === '0' || value === 'false' || value === '') return false;
    return new Problem('must be true or false');
  },
  schema: { type: 'boolean' },
  repeatable: false,
};

/** A whole number in `min..max`. */
export function whole(min: number, max: number): Shape<number> {
  return {
    read: (value) => {
      const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
      if (typeof number !== 'number' || !Number.isInteger(number) || number < min || number > max) {
        return new Problem(`must be a whole number from ${min} to ${max}`);
      }
      return number;
    },
    schema: { type: 'integer', minimum: min, maximum: max },
    repeatable: false,
  };
}

/** One of some words. */
export function oneOf(words: readonly string[]): Shape<string> {
  return {
    read: (value) =>
      typeof value === 'string' && words.includes(value)
        ? value
        : new Problem(`must be one of ${words.join(', ')}`),
    schema: { enum: words },
    repeatable: false,
  };
}

/** Texts; in the environment separated by `separator`, or one text where that is null. */
export function texts(separator: string | null): Shape<readonly string[]> {
  return {
    read: (value) => {
      if (typeof value === 'string') return separator === null ? [value] : value.split(separator);
      if (Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '')) {
        return value as readonly string[];
      }
      return new Problem('must be a list of texts');
    },
    schema: { type: 'array', items: { type: 'string', minLength: 1 } },
    repeatable: true,
  };
}

/** `name=value` pairs; an object in the file. */
export const pairs: Shape<Readonly<Record<string, string>>> = {
  read: (value) => {
    const list: unknown = typeof value === 'string' ? value.split(',') : value;
    const entries: [string, string][] = [];
    if (Array.isArray(list)) {
      for (const item of list) {
        const match = typeof item === 'string' ? /^([^=]+)=(.+)$/.exec(item) : null;
        if (match === null) {
          return new Problem(`must be of the form name=value, found '${String(item)}'`);
        }
        entries.push([match[1] ?? '', match[2] ?? '']);
      }
    } else if (typeof list === 'object' && list !== null) {
      for (const [name, item] of Object.entries(list)) {
        if (typeof item !== 'string')
          return new Problem(`must map names to texts: '${name}' does not`);
        entries.push([name, item]);
      }
    } else {
      return new Problem('must map names to texts');
    }
    return Object.fromEntries(entries);
  },
  schema: { type: 'object', additionalProperties: { type: 'string' } },
  repeatable: true,
};

/** A number of workers: `4`, or `50%` of what the machine has. */
export const jobs: Shape<string> = {
  read: (value) => {
    const word = typeof value === 'number' ? String(value) : value;
    if (typeof word === 'string' && /^[1-9]\d{0,2}%?$/.test(word)) return word;
    return new Problem('must be from 1 to 999 threads, or a share of the processors such as 50%');
  },
  schema: { type: ['integer', 'string'], pattern: '^[1-9][0-9]{0,2}%?$', minimum: 1 },
  repeatable: false,
};

/** Milliseconds from `500ms`, `10s`, `2m`, or a number of seconds. */
export const duration: Shape<number> = {
  read: (value) => {
    const match = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(String(value));
    const factor = { ms: 1, s: 1000, m: 60_000 }[match?.[2] ?? 's'] ?? 1000;
    const milliseconds = Number(match?.[1] ?? 0) * factor;
    if (match !== null && milliseconds >= 1 && milliseconds < 2 ** 31) return milliseconds;
    return new Problem('must be a time such as 500ms, 10s or 2m');
  },
  schema: { type: ['number', 'string'], pattern: '^[0-9]+([.][0-9]+)?(ms|s|m)?$' },
  repeatable: false,
};

/** `--bail` alone is one failure. */
export const failures: Shape<number | null> = {
  read: (value) => (value === true ? 1 : value === false ? null : whole(1, 1_000_000).read(value)),
  schema: { type: ['integer', 'boolean'], minimum: 1 },
  repeatable: false,
};
