// Starts one entry of the bundle from the compiled code beside it. Code of another node is refused: then it is compiled.
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { setFlagsFromString } = require('node:v8');
const { Script } = require('node:vm');

const bundle = `${__dirname}/program.js`;
const cache = `${__dirname}/program-${process.version}-${process.arch}.cache`;

// Scripts and results are many small short-lived objects: a larger nursery (MB) saves half of their collection.
// Compiled code belongs to the flags under which it was made, so this comes first.
setFlagsFromString('--max-semi-space-size=32');

function run(cachedData, keep) {
  const source = readFileSync(bundle, 'latin1');
  const wrapped = `(function (exports, require, module, __filename) {${source}\n})`;
  const script = new Script(wrapped, { filename: bundle, cachedData });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, require, module, bundle);
  // At the end, so that the functions of this run are in it.
  if (keep) process.on('exit', () => writeFileSync(cache, script.createCachedData()));
  return module.exports;
}

function program(keep) {
  if (keep) return run(undefined, true);
  if (existsSync(cache)) return run(readFileSync(cache), false);
  // Node 22 and later keep compiled code between two starts by themselves.
  require('node:module').enableCompileCache?.();
  return require(bundle);
}

/** Runs `sdt` or `worker`; `keep` writes the compiled code for the next start. */
module.exports = (entry, keep = false) => program(keep)[entry]();
