/** The words of the command line: commands, their flags, their help. Each command is loaded when it is called. */
import { Command as Commander, CommanderError, Option } from 'commander';
import { configure, printedConfig, refuseStrayVariables } from './config.ts';
import type { Command, Invocation } from './invocation.ts';
import { EXIT, worst } from '../run/exit-code.ts';
import type { Io } from './io.ts';
import { CLOSED } from './io.ts';
import type { SettingName } from './settings.ts';
import { SETTING_NAMES, SETTINGS } from './settings.ts';

interface CommandRow {
  readonly usage: string;
  readonly says: string;
  readonly settings: readonly SettingName[];
  /** Flags that are no settings. */
  readonly flags?: readonly (readonly [flags: string, says: string])[];
  readonly examples: readonly (readonly [command: string, says: string])[];
  readonly load: () => Promise<{ readonly command: Command }>;
}

const SELECTION: readonly SettingName[] = ['grep', 'grepInvert', 'tag', 'lastFailed', 'shard'];
const VARIATION: readonly SettingName[] = ['model', 'revision', 'caching', 'set', 'seed'];
const RUN = SETTING_NAMES.filter((name) => SETTINGS[name].flags !== null);

const COMMANDS: Readonly<Record<string, CommandRow>> = {
  run: {
    usage: '[paths...]',
    says: 'run scenarios (the default command)',
    settings: RUN,
    examples: [
      ['sdt', 'run the suites of the configuration, else ./suites, else everything here'],
      ['sdt run suites/two.sdt:12', 'the scenario that line 12 lies in'],
      ["sdt run --tag 'mpt and not slow' --caching all", 'some scenarios under every policy'],
      ['sdt run --reporter default --reporter junit=report.xml', 'for people and for a service'],
      ['sdt run --shard 2/5 --bail', 'a fifth of the cases, until the first failure'],
    ],
    load: () => import('./run.ts'),
  },
  check: {
    usage: '[paths...]',
    says: 'parse and check everything, run nothing',
    settings: ['color'],
    flags: [['--json', 'diagnostics as JSON']],
    examples: [['sdt check suites', 'all errors of all files']],
    load: () => import('./check.ts'),
  },
  fmt: {
    usage: '[paths...]',
    says: 'write scripts in their canonical form; - formats standard input',
    settings: ['color'],
    flags: [['--check', 'change nothing, list what would change, exit 1 if anything would']],
    examples: [
      ['sdt fmt suites', 'in place'],
      ['sdt fmt --check', 'as a gate'],
      ['sdt fmt - <a.sdt', 'to standard output'],
    ],
    load: () => import('./fmt.ts'),
  },
  list: {
    usage: '[paths...]',
    says: 'show the cases, or what the language and the machine know',
    settings: SELECTION,
    flags: [
      ['--json', 'as JSON, with lines, tags and requirements'],
      ['--matrix', 'suites by deployment models: what runs, what is skipped and why'],
      ['--models', 'deployment models: who runs where, and what isolates'],
      ['--knobs', 'open points of the specification, their values and defaults'],
      ['--features', 'what `requires` and `machine without` may name'],
      ['--revisions', 'revisions of the specification'],
      ['--reasons', 'what `because` may name'],
      ['--rules', 'rules of the specification, with what each says'],
      ['--faults', 'what `--fault` may name'],
      ['--diagnostics', 'every message about scripts, with its code'],
    ],
    examples: [
      ["sdt list --grep 'straddle'", 'ids of the matching cases'],
      ['sdt list --knobs', 'what `--set` may name'],
      ["sdt list --rules 'NAPOT|XWR-0'", 'the rules whose id or statement matches'],
    ],
    load: () => import('./list.ts'),
  },
  explain: {
    usage: '<place>',
    says: 'show what was built and every memory reference of one step',
    settings: [...VARIATION, 'color'],
    flags: [
      ['--map', 'regions, owners and permissions of each domain as well'],
      ['--case <text>', 'the first case whose name has this in it'],
    ],
    examples: [['sdt explain suites/two.sdt:14', 'the step on line 14']],
    load: () => import('./explain.ts'),
  },
  cover: {
    usage: '[paths...]',
    says: 'show which rules of the specification the scenarios decide; gaps first',
    settings: [...VARIATION, 'color'],
    flags: [
      ['--prove', 'plant the faults of every rule: only what a scenario notices is decided'],
      ['--min <percent>', 'exit 1 when less than this is decided'],
      ['--list <name>', 'the list of rules: smsd-smmpt, cove or io'],
      ['--verbose', 'list the decided rules too'],
      ['--json', 'as JSON'],
    ],
    examples: [['sdt cover suites --prove --min 90', 'as a gate']],
    load: () => import('./cover.ts'),
  },
  mutate: {
    usage: '[pattern] [paths...]',
    says: 'plant faults in the machine and list those that no scenario notices',
    settings: [...VARIATION, 'jobs', 'color'],
    flags: [
      ['--list', 'print the faults and what each breaks, and plant none'],
      ['--json', 'as JSON'],
      ['--verbose', 'show which case caught each fault'],
    ],
    examples: [
      ['sdt mutate', 'every fault against the suites'],
      ["sdt mutate '^pmp' suites/pmp", 'some of them, and only these scenarios'],
    ],
    load: () => import('./mutate.ts'),
  },
  compare: {
    usage: '[paths...]',
    says: 'count what workloads cost under deployment models, side by side',
    settings: ['grep', 'grepInvert', 'caching', 'set', 'seed', 'color'],
    flags: [
      ['--models <names>', 'tsm_peer,tsm_root,rdsm_hs unless named'],
      ['--format <name>', 'table, csv, json or html'],
    ],
    examples: [
      ['sdt compare suites/models/workloads.sdt', 'counts, then what they weigh'],
      ['sdt compare --models tsm_peer,rdsm_hs --set cost.trap=1200', 'with a constant of your own'],
      ['sdt compare --format html > compare.html', 'one page with plots'],
    ],
    load: () => import('./compare.ts'),
  },
  exec: {
    usage: '<file>',
    says: 'run a program or firmware: ELF, assembly text (.s), or raw bytes for the beginning of RAM',
    settings: ['seed', 'caching', 'revision', 'set', 'fault'],
    flags: [
      ['--isa <isa>', 'such as rv64gch_sstc_smsd; without it all that is modelled'],
      ['--harts <n>', 'harts that start, 1 to 64 (1)'],
      ['--ram <size>', 'from 4M to 2G, and where: 64M@0x8000_0000 (256M@0x8000_0000)'],
      ['--at <address>', 'where a raw file goes, and a program linked at 0'],
      ['--payload <file>', 'what firmware starts in S-mode: raw, 2 MiB into RAM, or ELF'],
      ['--dtb <file>', 'a device tree blob instead of the generated one'],
      ['--max-steps <n>', 'instructions of all harts together; then exit status 3'],
      ['--trace <file>', 'a line for each retired instruction, as Spike logs them'],
      ['--uart <file>', 'what the UART prints goes there'],
    ],
    examples: [
      ['sdt exec test.elf --max-steps 1000000', 'exit status: that of the program'],
      ['sdt exec fw_dynamic.elf --payload u-boot.bin', 'OpenSBI starts U-Boot'],
      ['sdt exec test.elf --trace test.log --seed 7', 'a trace, and other turns of the harts'],
    ],
    load: () => import('./exec.ts'),
  },
  export: {
    usage: '<format> [paths...]',
    says: 'print the plans of the cases; the format is json',
    settings: SELECTION,
    flags: [['--schema', 'print the JSON schema of a plan instead']],

    examples: [['sdt export json suites/two.sdt', 'what any other bench would have to do']],
    load: () => import('./export.ts'),
  },
  init: {
    usage: '<folder>',
    says: 'start a bench: configuration, two scenarios, a CI workflow',
    settings: [],
    examples: [['sdt init bench', 'then: cd bench && sdt']],
    load: () => import('./init.ts'),
  },
};

const DEFAULT = 'run';

/** Runs the command that the words name; gives its exit code. Output that could not be written is never a success. */
export async function runProgram(
  io: Io,
  words: readonly string[],
  version: string,
): Promise<number> {
  const code = await parseAndRun(io, words, version);
  await io.stdout.flush();
  const { failed } = io.stdout;
  if (failed === null || failed === CLOSED) return code;
  io.stderr.write(`sdt: cannot write to standard output: ${failed}\n`);
  return worst(code, EXIT.internal);
}

async function parseAndRun(io: Io, words: readonly string[], version: string): Promise<number> {
  let code = 0;
  const program = new Commander('sdt')
    .description('A scriptable test bench for RISC-V supervisor-domain isolation')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print the help of a command')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
      outputError: (text, write) => write(`sdt: ${text.replace(/^error: /, '')}`),
    })
    .addHelpText('after', EXIT_CODES);
  for (const [name, row] of Object.entries(COMMANDS)) {
    const command = program
      .command(`${name} ${row.usage}`, { isDefault: name === DEFAULT })
      .description(row.says)
      .option('--config <file>', 'read these settings instead of sdt.config.json')
      .option('--print-config', 'print the settings in force and where each comes from, then stop')
      .addHelpText('after', examples(row))
      .copyInheritedSettings(program);
    // One that is not named cannot be called: the start need not make its flags.
    if (name === DEFAULT || words.includes(name)) addFlags(command, row);
    command.action(async (...given: unknown[]) => {
      const options = command.opts<Record<string, unknown>>();
      code = await perform(row, { io, version, words, targets: command.args, options });
      void given;
    });
  }
  try {
    await program.parseAsync([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version end with 0; every other end of commander's is a usage error that it has printed.
    return error.exitCode === 0 ? 0 : 2;
  }
  return code;
}

interface Call {
  readonly io: Io;
  readonly version: string;
  readonly words: readonly string[];
  readonly targets: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

async function perform(row: CommandRow, call: Call): Promise<number> {
  const { io, version, words, targets, options } = call;
  const { environment, cwd } = io;
  const configFile = typeof options['config'] === 'string' ? options['config'] : null;
  await refuseStrayVariables(environment);
  const configuration = await configure({ flags: options, environment, cwd, configFile });
  if (options['printConfig'] === true) {
    io.stdout.write(printedConfig(configuration));
    return 0;
  }
  const { command } = await row.load();
  const invocation: Invocation = { io, version, arguments: words, targets, configuration, options };
  return command(invocation);
}

function addFlags(command: Commander, { settings, flags = [] }: CommandRow): void {
  for (const setting of settings) addSetting(command, setting);
  for (const [names, says] of flags) command.option(names, says);
}

function addSetting(command: Commander, name: SettingName): void {
  const { flags, says, shape } = SETTINGS[name];
  if (flags === null) return;
  for (const flag of flags === '--color, --no-color' ? ['--color', '--no-color'] : [flags]) {
    const option = new Option(flag, flag === '--no-color' ? 'no colour' : says);
    if (shape.repeatable) {
      option.argParser((value: string, before: readonly string[] | undefined) => [
        ...(before ?? []),
        value,
      ]);
    }
    command.addOption(option);
  }
  // `--no-color` would make `color` true by default: only what was given counts.
  if (name === 'color') command.setOptionValue('color', undefined);
}

function examples({ examples: rows }: CommandRow): string {
  const width = Math.max(...rows.map(([command]) => command.length));
  const lines = rows.map(([command, says]) => `  ${command.padEnd(width)}   ${says}`);
  return `\nExamples:\n${lines.join('\n')}\n`;
}

const EXIT_CODES = `
Exit codes: 0 all passed, 1 a case or a gate failed, 2 usage, configuration or script error,
3 internal error or timeout, 4 nothing ran, 130 and 143 on signals.
Every setting can stand in sdt.config.json or in the environment (SDT_SEED=7); flags come first.`;
