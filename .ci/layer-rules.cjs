/** Who may import whom. `runtime/cli -> runtime -> { dsl, emulator }`; the rest follows from that. */
const tests = '\\.(test|test-support|conformance)\\.ts$';

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    rule(
      'dsl-knows-no-machine',
      'dsl: text -> plans, nothing else',
      { path: '^dsl/', pathNot: tests },
      { path: '^(emulator|runtime|bench)/' },
    ),
    rule(
      'emulator-knows-no-scenario',
      'emulator: a platform, nothing else',
      { path: '^emulator/', pathNot: tests },
      { path: '^(dsl|runtime|bench)/' },
    ),
    rule(
      'browser-layers-have-no-node',
      'dsl and emulator run in a browser',
      { path: '^(dsl|emulator)/.*\.ts$', pathNot: tests },
      { dependencyTypes: ['core'] },
    ),
    rule(
      'only-through-index',
      'a layer is imported through its index.ts',
      { path: '^(runtime|bench)/', pathNot: tests },
      { path: '^(dsl|emulator)/', pathNot: '^(dsl|emulator)/(faults/)?index\\.ts$' },
    ),
    rule(
      'runtime-knows-no-command-line',
      'runtime/cli is on top',
      { path: '^runtime/', pathNot: [tests, '^runtime/cli/'] },
      { path: '^runtime/cli/' },
    ),
    rule(
      'files-and-terminal-in-cli',
      'argv, files and the terminal are read in runtime/cli only',
      { path: '^runtime/', pathNot: [tests, '^runtime/cli/'] },
      { dependencyTypes: ['core'] },
    ),
    rule(
      'no-circles',
      'no file waits for another that waits for it',
      { path: '^(dsl/|emulator/(hart|system|engine|devices|loader|float|isa)/)', pathNot: tests },
      { circular: true },
    ),
    rule(
      'oracle-shares-nothing',
      'the second implementation shares no code or table with the machine',
      { path: '^emulator/oracle/', pathNot: tests },
      { pathNot: '^emulator/oracle/' },
    ),
    rule(
      'machine-knows-no-oracle',
      'the oracle is for tests',
      { path: '^(emulator|runtime|dsl)/', pathNot: [tests, '^emulator/oracle/'] },
      { path: '^emulator/oracle/' },
    ),
    rule(
      'firmware-knows-its-port',
      'firmware acts through its port; besides it uses builders of tables, and names of traps, fences and rules',
      { path: '^emulator/firmware/', pathNot: tests },
      {
        pathNot: [
          '^emulator/firmware/',
          '^emulator/isolate/(build[-a-z]*|table-memory|m[pt]t-geometry)\\.ts$',
          '^emulator/translate/(build|geometry)\\.ts$',
          '^emulator/(access/trap|cache/fence-request|rules/fired)\\.ts$',
          '(^|/)(@noble|cborg)/',
        ],
      },
    ),
    rule(
      'access-knows-no-hart',
      'the access path serves harts, IOMMUs and debuggers alike',
      { path: '^emulator/(memory|translate|isolate|protect|rules)/', pathNot: tests },
      { path: '^emulator/(hart/|machine\\.ts)' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.mjs'] },
  },
};
