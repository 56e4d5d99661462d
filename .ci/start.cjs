// Starts one entry of the bundle from the compiled code beside it. Code of another node is refused: then it is compiled.
// No flags of V8 are set here: node's own modules would then be compiled from their texts (5 ms).
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { Script } = require('node:vm');

const bundle = `${__dirname}/program.js`;
const cache = `${__dirname}/program-${process.version}-${process.arch}.cache`;

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
