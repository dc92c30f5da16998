/** The command line, strictly: an unknown option or command is refused by name, with the nearest right one. */
import { CommanderError, InvalidArgumentError, Option, Command as Program } from 'commander';
import { Failure } from '../errors.ts';
import { COMMANDS, type CommandName, type CommandSpec, type OptionSpec } from './commands.ts';

/** What was asked for. `options` holds camel-cased names; a repeatable option is an array. */
export interface Invocation {
  readonly command: CommandName;
  readonly argument: string | undefined;
  readonly options: Options;
}

export interface Options {
  readonly engine?: 'podman' | 'docker';
  readonly project?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly timeout?: number;
  readonly tlsVerify?: boolean;
  readonly authfile?: string;
  readonly dryRun?: boolean;
  readonly tag?: readonly string[];
  readonly file?: string;
  readonly platform?: readonly string[];
  readonly buildArg?: readonly string[];
  readonly secret?: readonly string[];
  readonly ssh?: readonly string[];
  readonly target?: string;
  readonly cache?: boolean;
  readonly pull?: boolean;
  readonly label?: readonly string[];
  readonly annotation?: readonly string[];
  readonly cacheFrom?: readonly string[];
  readonly cacheTo?: readonly string[];
  readonly buildContext?: readonly string[];
  readonly network?: string;
  readonly provenance?: string;
  readonly sbom?: string;
  readonly builder?: string;
  readonly push?: boolean;
  readonly ignoreSources?: boolean;
  readonly forPlatform?: string;
  readonly candidate?: string;
  readonly level?: 'manifest' | 'blobs' | 'bytes';
  readonly anonymous?: boolean;
  readonly wait?: number;
  readonly from?: string;
  readonly all?: boolean;
  readonly check?: boolean;
  readonly apply?: boolean;
  readonly undo?: boolean;
  readonly diff?: boolean;
  readonly only?: readonly string[];
  readonly online?: boolean;
  readonly allowUnverified?: boolean;
  readonly resume?: boolean;
}

/** The text was for a person who asked for it: `--help`. Not an error. */
export class HelpAsked extends Error {
  override name = 'HelpAsked';
}

/**
 * Parses the words after the program's name.
 * @throws Failure USAGE, UNKNOWN_OPTION, UNKNOWN_COMMAND
 * @throws HelpAsked with the help text as message
 */
export function parseArguments(words: readonly string[]): Invocation {
  let help = '';
  let invocation: Invocation | undefined;
  const quiet = {
    writeOut: (text: string) => {
      help += text;
    },
    writeErr: () => {},
  };

  const program = new Program('docker-build')
    .description(
      'From a Dockerfile to one digest that is proven to be deployable, in every file that must name it.',
    )
    .usage('COMMAND [options]')
    .option('-V, --version', 'print the version')
    .exitOverride()
    .configureOutput(quiet)
    .configureHelp({ showGlobalOptions: false })
    .addHelpText('after', '\ndocker-build COMMAND --help tells the options of a command.');
  for (const spec of COMMON) program.addOption(option(spec).hideHelp());

  for (const [name, spec] of Object.entries<CommandSpec>(COMMANDS)) {
    const command = program
      .command(name)
      .description(spec.does)
      .exitOverride()
      .configureOutput(quiet)
      .allowExcessArguments(false);
    if (spec.argument) command.argument(`[${spec.argument}]`, spec.argumentMeans);
    for (const own of [...spec.options, ...COMMON]) command.addOption(option(own));
    command.action((...received: unknown[]) => {
      invocation = {
        command: name as CommandName,
        argument: spec.argument ? (received[0] as string | undefined) : undefined,
        options: command.optsWithGlobals() as Options,
      };
    });
  }

  try {
    program.parse(words, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0 || words.length === 0) throw new HelpAsked(help || program.helpInformation());
      throw refusal(error, words);
    }
    throw error;
  }
  if (!invocation) throw new HelpAsked(program.helpInformation());
  return invocation;
}

const COMMON: readonly OptionSpec[] = [
  {
    flags: '--engine <name>',
    means: 'podman or docker (default: CONTAINER_TOOL, else the first that works)',
    choices: ['podman', 'docker'],
  },
  { flags: '--project <dir>', means: 'the project folder (default: here)' },
  { flags: '--json', means: 'one JSON object on stdout' },
  { flags: '--quiet', means: 'stdout is the reference alone, no progress' },
  { flags: '--verbose', means: "show the engine's output as it comes" },
  {
    flags: '--timeout <seconds>',
    means: 'bound of each registry phase (default: 120 after our own push, else 30)',
    number: true,
  },
  { flags: '--tls-verify <bool>', means: 'false: http, or https with any certificate', bool: true },
  { flags: '--authfile <file>', means: 'credentials to use instead of those of podman and docker' },
  { flags: '--dry-run', means: 'print the commands; write, push and probe nothing' },
];

function option(spec: OptionSpec): Option {
  const made = new Option(spec.flags, spec.means);
  if (spec.choices) made.choices([...spec.choices]);
  if (spec.number) made.argParser(seconds);
  if (spec.bool) made.argParser(bool);
  if (spec.many) made.argParser((value: string, before: readonly string[] = []) => [...before, value]);
  if (spec.list)
    made.argParser((value: string, before: readonly string[] = []) => [...before, ...value.split(',')]);
  return made;
}

function seconds(value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number) || number < 0)
    throw new InvalidArgumentError('It is a number of seconds.');
  return number;
}

function bool(value: string): boolean {
  if (value !== 'true' && value !== 'false') throw new InvalidArgumentError('It is true or false.');
  return value === 'true';
}

function refusal(error: CommanderError, words: readonly string[]): Failure {
  if (error.code === 'commander.help') {
    return new Failure('USAGE', 'no command was given', { next: 'docker-build --help' });
  }
  const [what = '', ...more] = error.message.replace(/^error: /, '').split('\n');
  const nearest = /Did you mean (.*)\?/.exec(more.join(' '))?.[1]?.replace(/^one of /, '');
  const command = words.find((word) => word in COMMANDS);
  const next = `docker-build ${command ? `${command} ` : ''}--help`;
  const hint = nearest ? `did you mean ${nearest}?` : undefined;
  const code =
    error.code === 'commander.unknownOption'
      ? 'UNKNOWN_OPTION'
      : error.code === 'commander.unknownCommand'
        ? 'UNKNOWN_COMMAND'
        : 'USAGE';
  return new Failure(code, what, { ...(hint ? { hint } : {}), next });
}
