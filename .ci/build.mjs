// Bundles the command line, its worker and the bench into dist/: unbundled start-up is 100-400 ms slower.
import { build } from 'esbuild';
import { chmodSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const entries = {
  sdt: 'runtime/cli/main.ts',
  worker: 'runtime/cli/worker.ts',
  bench: 'bench/bench.ts',
};

rmSync(`${root}dist`, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: Object.fromEntries(
    Object.entries(entries).filter(([, path]) => existsSync(root + path)),
  ),
  outdir: 'dist',
  bundle: true,
  splitting: true,
  minifySyntax: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  define: { SDT_VERSION: JSON.stringify(version) },
  banner: {
    // commander and glob are CommonJS inside: they ask for node's modules by `require`.
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  loader: { '.csv': 'text' },
  logLevel: 'warning',
});
chmodSync(`${root}dist/sdt.js`, 0o755);
