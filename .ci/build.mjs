// Bundles the command line with its threads, and the bench, into dist/; keeps the compiled code of a first run beside
// the bundle. Unbundled start-up is 100-400 ms slower, and compiling the bundle at each start 100 ms.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = `${root}dist/`;
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

/** commander loads node:child_process (5 ms) at its start, for commands that are programs of their own; there are none here. */
const lateChildren = {
  name: 'late-children',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ path, importer }) =>
      importer.includes('commander') ? { path, namespace: 'late' } : null,
    );
    const contents = `exports.spawn = (...words) => require('child_process').spawn(...words);`;
    onLoad({ filter: /./, namespace: 'late' }, () => ({ contents }));
  },
};

const common = {
  absWorkingDir: root,
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node20',
  minifySyntax: true,
  define: { SDT_VERSION: JSON.stringify(version) },
  plugins: [lateChildren],
  loader: { '.csv': 'text' },
  logLevel: 'warning',
};

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
common.define.SDT_CHOICES = JSON.stringify(await choices());
// CommonJS starts faster: node's loader of ES modules alone takes 10 ms.
writeFileSync(`${dist}package.json`, '{ "type": "commonjs" }\n');
await build({
  ...common,
  format: 'cjs',
  define: { ...common.define, 'import.meta.url': 'importMetaUrl' },
  banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
  stdin: {
    contents: `
      export const sdt = () => import('./runtime/cli/main.ts');
      export const worker = () => import('./runtime/cli/worker.ts');
    `,
    resolveDir: root,
    sourcefile: 'entries.ts',
  },
  entryNames: 'program',
});
if (existsSync(`${root}bench/bench.ts`)) {
  await build({
    ...common,
    format: 'esm',
    entryPoints: ['bench/bench.ts'],
    outExtension: { '.js': '.mjs' },
    banner: {
      // glob is CommonJS inside: it asks for node's modules by `require`.
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  writeFileSync(`${dist}bench.js`, "import('./bench.mjs');\n");
}
cpSync(`${root}.ci/start.cjs`, `${dist}start.js`);
for (const entry of ['sdt', 'worker']) {
  writeFileSync(`${dist}${entry}.js`, `#!/usr/bin/env node\nrequire('./start.js')('${entry}');\n`);
}
chmodSync(`${dist}sdt.js`, 0o755);

// The functions that a run needs are compiled when it ends: that is when their code is kept.
const { status, stderr } = spawnSync(
  process.execPath,
  [`${root}.ci/warm-up.cjs`, 'run', `${root}.ci/warm-up.sdt`],
  { cwd: dist, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
);
if (status !== 0) {
  rmSync(`${dist}program-${process.version}-${process.arch}.cache`, { force: true });
  console.warn(`the compiled code is not kept: ${stderr}`);
}

/** What the parser would otherwise derive from its grammar at each start, for as long as a small file takes to run. */
async function choices() {
  const outfile = `${dist}line-parser.mjs`;
  await build({
    absWorkingDir: root,
    entryPoints: ['dsl/syntax/line-parser.ts'],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  });
  const { LineParser } = await import(pathToFileURL(outfile).href);
  rmSync(outfile);
  return new LineParser().derivedChoices();
}
