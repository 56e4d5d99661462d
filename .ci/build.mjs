// Builds the command line and the bench into dist/.
import { build } from 'esbuild';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildProgram, common, defines } from './program.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = `${root}dist/`;

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
for (const problem of await buildProgram(dist)) console.warn(`build: ${problem}`);

if (existsSync(`${root}bench/bench.ts`)) {
  await build({
    ...common,
    outdir: dist,
    format: 'esm',
    define: await defines(dist),
    entryPoints: ['bench/bench.ts'],
    outExtension: { '.js': '.mjs' },
    banner: {
      // glob is CommonJS inside: it asks for node's modules by `require`.
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  writeFileSync(`${dist}bench.js`, "import('./bench.mjs');\n");
}
