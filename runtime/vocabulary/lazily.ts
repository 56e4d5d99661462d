/** Lists that few scripts need are made when the first one does: a start pays for what it uses. */

export type Makers<T> = { readonly [K in keyof T]: () => T[K] };

/** A record whose members are worked out when first asked for. */
export function lazily<T extends object>(makers: Makers<T>): T {
  const record = {} as T;
  for (const name of Object.keys(makers) as (keyof T)[]) {
    Object.defineProperty(record, name, {
      configurable: true,
      enumerable: true,
      get() {
        const value = makers[name]();
        Object.defineProperty(record, name, { value, enumerable: true });
        return value;
      },
    });
  }
  return record;
}
