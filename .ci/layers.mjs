// Holds the tree against the layer rules, and a planted tree against the same rules: each must be seen to fail there.
import { cruise } from 'dependency-cruiser';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const rules = require('./layer-rules.cjs');
const root = fileURLToPath(new URL('..', import.meta.url));
const planted = fileURLToPath(new URL('./planted', import.meta.url));

async function violations(baseDir, folders) {
  process.chdir(baseDir);
  const { output } = await cruise(folders, {
    ruleSet: { forbidden: rules.forbidden },
    validate: true,
    baseDir,
    ...rules.options,
  });
  return { modules: output.modules.length, found: output.summary.violations };
}

const control = await violations(planted, ['dsl', 'emulator', 'runtime']);
const missed = rules.forbidden.filter(
  (rule) => !control.found.some((v) => v.rule.name === rule.name),
);
for (const rule of missed)
  console.error(`layers: the planted violation of '${rule.name}' was not seen`);

const tree = await violations(root, ['dsl', 'emulator', 'runtime', 'bench']);
for (const v of tree.found) console.error(`layers: ${v.from} -> ${v.to}: ${v.rule.name}`);
if (tree.modules < 50) console.error(`layers: only ${tree.modules} modules were read`);

const failed = missed.length + tree.found.length + (tree.modules < 50 ? 1 : 0);
console.log(
  `layers: ${tree.modules} modules, ${tree.found.length} violations; ${control.found.length} planted ones seen`,
);
process.exitCode = failed === 0 ? 0 : 1;
