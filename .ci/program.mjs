// Builds the command line with its threads into a folder: one bundle, and the compiled code of a first run beside it.
// Unbundled start-up is 100-400 ms slower, and compiling the bundle at each start 100 ms.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

/**
 * KiB of compiled code that a start may read, 5 ms each 1000. It holds what the warm-up runs and what modules do when
 * they are loaded: a table made there, or a part that a run of attempts does not need, shows here.
 */
const MOST_CODE = 2000;

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

/** Libraries that only firmware needs, which few cases have: what is named of them is made when it is first used. */
const LATE = {
  '@noble/hashes/sha2.js': ['sha384'],
  '@noble/hashes/hkdf.js': ['hkdf'],
  '@noble/curves/ed25519.js': ['ed25519'],
  cborg: ['decode', 'encode', 'rfc8949EncodeOptions', 'Tagged'],
};

const lateLibraries = {
  name: 'late-libraries',
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /./ }, ({ path, namespace, importer, pluginData }) => {
      if (!(path in LATE) || pluginData === 'library') return null;
      // The libraries themselves import each other as they are.
      if (importer.includes('node_modules')) return null;
      if (namespace === 'file') return { path, namespace: 'late-library' };
      // A package may offer itself to `import` only.
      const how = { kind: 'import-statement', resolveDir: root, pluginData: 'library' };
      return resolve(path, how);
    });
    onLoad({ filter: /./, namespace: 'late-library' }, ({ path }) => {
      const late = (name) => `get ${name}() { return require('${path}').${name}; }`;
      return { contents: `module.exports = { ${LATE[path].map(late).join(', ')} };` };
    });
  },
};

/** Files of which most cases need nothing: who imports which names of them. They are evaluated when one is first used. */
const LATE_FILES = {
  'emulator/firmware/rdsm/rdsm.ts': { for: 'emulator/firmware/index.ts', names: ['rdsm'] },
  'emulator/firmware/root/root.ts': { for: 'emulator/firmware/index.ts', names: ['root'] },
  'emulator/firmware/tsm/entry.ts': { for: 'emulator/firmware/index.ts', names: ['tsm'] },
  'emulator/native/firmware.ts': { for: 'emulator/execution.ts', names: ['Firmware'] },
  'emulator/firmware/abi/abi.ts': {
    for: 'emulator/index.ts',
    names: ['EXTENSIONS', 'extensionOf', 'fidOf', 'functionOf', 'functionWord'],
  },
  'runtime/firmware/firmware.ts': { for: 'runtime/session/case-run.ts', names: ['Firmware'] },
};

const lateFiles = {
  name: 'late-files',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.{1,2}\/.*\.ts$/ }, ({ path, importer, resolveDir }) => {
      const file = relative(root, join(resolveDir, path));
      const importedBy = relative(root, importer);
      return LATE_FILES[file]?.for === importedBy ? { path: file, namespace: 'late-file' } : null;
    });
    onLoad({ filter: /./, namespace: 'late-file' }, ({ path }) => {
      const late = (name) => `get ${name}() { return require('./${path}').${name}; }`;
      const contents = `module.exports = { ${LATE_FILES[path].names.map(late).join(', ')} };`;
      return { contents, resolveDir: root };
    });
  },
};

/** What every bundle of the project is built with. */
export const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  minifySyntax: true,
  plugins: [lateChildren, lateLibraries, lateFiles],
  loader: { '.csv': 'text' },
  logLevel: 'warning',
};

let known = null;

/** What each bundle knows of the build: the version, and the choices of the grammar. */
export async function defines(folder) {
  known ??= {
    SDT_VERSION: JSON.stringify(version),
    SDT_CHOICES: JSON.stringify(await choices(folder)),
  };
  return known;
}

/** Writes sdt.js, worker.js and what they start into `dist` (with a slash at its end); gives what keeps them from starting fast. */
export async function buildProgram(dist) {
  mkdirSync(dist, { recursive: true });
  // CommonJS starts faster: node's loader of ES modules alone takes 10 ms.
  writeFileSync(`${dist}package.json`, '{ "type": "commonjs" }\n');
  await build({
    ...common,
    outdir: dist,
    format: 'cjs',
    define: { ...(await defines(dist)), 'import.meta.url': 'importMetaUrl' },
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
  cpSync(`${root}.ci/start.cjs`, `${dist}start.js`);
  for (const entry of ['sdt', 'worker']) {
    writeFileSync(
      `${dist}${entry}.js`,
      `#!/usr/bin/env node\nrequire('./start.js')('${entry}');\n`,
    );
  }
  chmodSync(`${dist}sdt.js`, 0o755);
  return keepCode(dist);
}

/** The functions that a run needs are compiled when it ends: that is when their code is kept. */
function keepCode(dist) {
  const kept = `${dist}program-${process.version}-${process.arch}.cache`;
  const { status, stderr } = spawnSync(
    process.execPath,
    [`${root}.ci/warm-up.cjs`, dist, 'run', `${root}.ci/warm-up.sdt`],
    { cwd: dist, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
  );
  if (status !== 0) {
    rmSync(kept, { force: true });
    return [`the compiled code is not kept: ${stderr}`];
  }
  const size = Math.ceil(statSync(kept).size / 1024);
  if (size <= MOST_CODE) return [];
  return [
    `${size} KiB of code at every start, ${MOST_CODE} at most: see "Start-up" in CONTRIBUTING.md`,
  ];
}

/** What the parser would otherwise derive from its grammar at each start, for as long as a small file takes to run. */
async function choices(folder) {
  const outfile = `${folder}line-parser.mjs`;
  const entryPoints = ['dsl/syntax/line-parser.ts'];
  await build({ ...common, entryPoints, outfile, format: 'esm' });
  const { LineParser } = await import(pathToFileURL(outfile).href);
  rmSync(outfile);
  return new LineParser().derivedChoices();
}
