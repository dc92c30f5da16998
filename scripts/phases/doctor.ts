/** Whether this machine can build, push and verify: every check at once, each with its own deadline. */
import type { BuildIntent, Checker, EngineAnswer, Finding, Surroundings } from '../checks/check.ts';
import { skipAll, warn } from '../checks/check.ts';
import { CHECKERS } from '../checks/index.ts';
import type { Machine } from '../checks/machine.ts';
import type { Engine, EngineName } from '../engines/engine.ts';
import { Failure, type Outcome, type Warning } from '../errors.ts';
import type { Ports } from '../io/ports.ts';
import { sleep } from '../io/retry.ts';
import type { Project } from '../project.ts';
import type { Registry } from '../registry/registry.ts';
import type { Check, DoctorData } from '../results.ts';

export interface DoctorInput {
  readonly project: Project;
  readonly intent: BuildIntent;
  readonly engineAsked?: EngineName | undefined;
  /** Only what foresees a failure of the build or push, as `release` asks before it begins. */
  readonly fast: boolean;
  /** False in a dry run: the registry is not asked. */
  readonly probe: boolean;
}

export interface DoctorPorts extends Ports {
  /** May throw: that is an answer, too. */
  readonly engine: () => Promise<Engine>;
  readonly registry: Registry;
  readonly credentialsOf: Surroundings['credentialsOf'];
  readonly machine: Machine;
  /** Milliseconds a check may take; 10 s if left out. */
  readonly deadline?: number;
  /** Those that a test asks; all if left out. */
  readonly checkers?: readonly Checker[];
}

/**
 * Asks, and never throws for what it finds. With a failed check the outcome's failure is DOCTOR_FAILED; with `fast`
 * it is what the run itself would have met (DENIED, DOCKERFILE_MISSING, …), where the check knows.
 */
export async function doctor(input: DoctorInput, ports: DoctorPorts): Promise<Outcome<DoctorData>> {
  const at = surroundings(input, ports);
  const asked = (ports.checkers ?? CHECKERS).filter(({ fast }) => fast || !input.fast);
  const findings = (await Promise.all(asked.map((checker) => inTime(checker, at, ports)))).flat();
  const failure = failureOf(findings, input.fast);
  return {
    data: { checks: findings.map(({ failure: _, ...check }): Check => check) },
    warnings: input.fast ? warningsOf(findings) : [],
    ...(failure ? { failure } : {}),
  };
}

function surroundings(input: DoctorInput, ports: DoctorPorts): Surroundings {
  let answer: Promise<EngineAnswer> | undefined;
  return {
    project: input.project,
    intent: input.intent,
    engineAsked: input.engineAsked,
    probe: input.probe,
    signal: ports.signal,
    machine: ports.machine,
    registry: ports.registry,
    credentialsOf: ports.credentialsOf,
    engine: () => {
      answer ??= askEngine(ports);
      return answer;
    },
  };
}

async function askEngine(ports: DoctorPorts): Promise<EngineAnswer> {
  try {
    return { info: await (await ports.engine()).info(), failure: null };
  } catch (failure) {
    if (failure instanceof Failure) return { info: null, failure };
    throw failure;
  }
}

/** A check that hangs or breaks says so and takes nobody with it. */
async function inTime(checker: Checker, at: Surroundings, ports: DoctorPorts): Promise<readonly Finding[]> {
  const { deadline = 10_000, signal } = ports;
  const done = new AbortController();
  const late = sleep(deadline, AbortSignal.any([signal, done.signal])).then(() => {
    const why = `no answer in ${deadline / 1000} s`;
    return checker.late?.(at, why) ?? noAnswer(checker, why);
  });
  late.catch(() => {});
  try {
    return await Promise.race([checker.ask(at), late]);
  } catch (error) {
    signal.throwIfAborted();
    return noAnswer(checker, error instanceof Error ? error.message : String(error));
  } finally {
    done.abort();
  }
}

const noAnswer = ({ ids: [first = '', ...others] }: Checker, why: string): Finding[] => [
  warn(first, 'this could not be found out', { evidence: why }),
  ...skipAll(others, why),
];

function failureOf(findings: readonly Finding[], fast: boolean): Failure | undefined {
  const failed = findings.filter(({ status }) => status === 'fail');
  const [first] = failed;
  if (!first) return undefined;
  if (fast && first.failure) return first.failure;
  const fix = failed.flatMap((check) => check.fix)[0];
  return new Failure('DOCTOR_FAILED', failed.map(({ id, summary }) => `${id}: ${summary}`).join('; '), {
    hint: 'each failed check prints the commands that mend it',
    ...(fix ? { next: fix } : {}),
  });
}

const warningsOf = (findings: readonly Finding[]): Warning[] =>
  findings
    .filter(({ status }) => status === 'warn')
    .map(({ id, summary, fix: [first] }) => ({
      code: 'DOCTOR_WARNING',
      message: `${id}: ${summary}`,
      ...(first ? { hint: first } : {}),
    }));
