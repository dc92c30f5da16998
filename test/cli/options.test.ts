import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../scripts/cli/commands.ts';
import { HelpAsked, parseArguments } from '../../scripts/cli/options.ts';
import type { Failure } from '../../scripts/errors.ts';

const refused = (words: string): Failure => {
  try {
    parseArguments(words.split(' '));
  } catch (error) {
    return error as Failure;
  }
  throw new Error(`${words} was accepted`);
};

describe('what is understood', () => {
  it('global options before and after the command', () => {
    expect(parseArguments(['--json', 'digest', 'me/app:1', '--engine', 'docker'])).toEqual({
      command: 'digest',
      argument: 'me/app:1',
      options: { json: true, engine: 'docker' },
    });
  });

  it('repeatable options and lists', () => {
    const words =
      'build -t a/b:1 -t a/b:2 --platform linux/amd64,linux/arm64 --platform linux/arm/v7 --build-arg A=1,2 .';
    expect(parseArguments(words.split(' ')).options).toMatchObject({
      tag: ['a/b:1', 'a/b:2'],
      platform: ['linux/amd64', 'linux/arm64', 'linux/arm/v7'],
      buildArg: ['A=1,2'],
    });
  });

  it.each([
    ['build --tls-verify=false', { tlsVerify: false }],
    ['build --no-cache --no-push', { cache: false, push: false }],
    ['verify --wait 2.5 --timeout 10', { wait: 2.5, timeout: 10 }],
  ])('%s', (words, options) => {
    expect(parseArguments(words.split(' ')).options).toMatchObject(options);
  });
});

describe('what is refused, by name and with the nearest right one', () => {
  it.each([
    ['digest --jsn', 'UNKNOWN_OPTION', '--jsn', '--json'],
    ['build --tags x', 'UNKNOWN_OPTION', '--tags', '--tag'],
    ['relase', 'UNKNOWN_COMMAND', 'relase', 'release'],
    ['doctor --apply', 'UNKNOWN_OPTION', '--apply', undefined],
    ['build --squash', 'UNKNOWN_OPTION', '--squash', undefined],
    ['digest a b', 'USAGE', 'too many arguments', undefined],
    ['verify --level deep', 'USAGE', 'deep', undefined],
    ['verify --wait soon', 'USAGE', 'soon', undefined],
    ['verify --timeout -1', 'USAGE', '-1', undefined],
    ['build --tls-verify=no', 'USAGE', 'no', undefined],
    ['build --engine nerdctl', 'USAGE', 'nerdctl', undefined],
    ['build -t', 'USAGE', '-t', undefined],
    ['--json', 'USAGE', 'no command', undefined],
  ])('%s', (words, code, named, nearest) => {
    const failure = refused(words);
    expect(failure.code).toBe(code);
    expect(failure.exit).toBe(2);
    expect(failure.message).toContain(named);
    if (nearest) expect(failure.hint).toContain(nearest);
    expect(failure.next).toMatch(/^docker-build .*--help$/);
  });
});

describe('help', () => {
  it.each(Object.keys(COMMANDS))('%s --help names its options', (command) => {
    const help = refused(`${command} --help`);
    expect(help).toBeInstanceOf(HelpAsked);
    for (const { flags } of COMMANDS[command as keyof typeof COMMANDS].options)
      expect(help.message).toContain(flags);
    expect(help.message).toContain('--json');
  });

  it('without a command lists the commands', () => {
    for (const words of ['--help', '']) {
      const help = words
        ? refused(words)
        : (() => {
            try {
              parseArguments([]);
            } catch (error) {
              return error as Error;
            }
            throw new Error('accepted');
          })();
      expect(help).toBeInstanceOf(HelpAsked);
      for (const command of Object.keys(COMMANDS)) expect(help.message).toContain(command);
    }
  });
});
