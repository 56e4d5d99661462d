/** The part of the engine's global that running generated code needs; browsers and Node have it. */
import type { ArenaMemory } from '../memory/arena.ts';

export interface WasmModule {
  readonly compiled: unique symbol;
}

interface Global {
  readonly validate: (bytes: Uint8Array<ArrayBuffer>) => boolean;
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => WasmModule;
  readonly Instance: new (
    module: WasmModule,
    imports: { readonly engine: { readonly memory: ArenaMemory } },
  ) => { readonly exports: Readonly<Record<string, (...args: number[]) => number>> };
}

export const { WebAssembly: wasm } = globalThis as unknown as { readonly WebAssembly: Global };
