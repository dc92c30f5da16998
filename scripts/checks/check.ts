/** What a check of `doctor` is: some questions about the machine or the project, each answered under a stable id. */
import type { EngineInfo, EngineName } from '../engines/engine.ts';
import type { Failure, Topic } from '../errors.ts';
import type { Platform } from '../oci/platform.ts';
import type { Reference, Repository } from '../oci/reference.ts';
import type { Project } from '../project.ts';
import type { CredentialsReport } from '../registry/credentials.ts';
import type { Registry } from '../registry/registry.ts';
import type { Check } from '../results.ts';
import type { Machine } from './machine.ts';

/** What would be built, as far as it is known. Paths are absolute. */
export interface BuildIntent {
  /** Null where neither the command line nor the settings name one. */
  readonly image: Reference | null;
  readonly context: string;
  readonly file: string;
  /** Empty: the host's. */
  readonly platforms: readonly Platform[];
  /** The `--secret` values, as written. */
  readonly secrets?: readonly string[];
}

/** The engine that would be used, or why there is none. */
export type EngineAnswer =
  | { readonly info: EngineInfo; readonly failure: null }
  | { readonly info: null; readonly failure: Failure };

/** What every check may ask. Promises are shared: the first check that awaits one does not delay the others. */
export interface Surroundings {
  readonly project: Project;
  readonly intent: BuildIntent;
  readonly engineAsked: EngineName | undefined;
  readonly machine: Machine;
  readonly engine: () => Promise<EngineAnswer>;
  readonly registry: Registry;
  /** Where each engine would find a login; sources only. */
  readonly credentialsOf: (repository: Repository) => Promise<CredentialsReport>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** False in a dry run. */
  readonly probe: boolean;
}

/** An answer. `failure` is what the user would be told if the run went on and met this. */
export interface Finding extends Check {
  readonly failure?: Failure;
}

export interface Checker {
  /** What it answers, every time and in this order. */
  readonly ids: readonly string[];
  /** Whether `release` asks it before a build: it foresees a failure, and costs little. */
  readonly fast: boolean;
  readonly ask: (at: Surroundings) => Promise<readonly Finding[]>;
  /** What no answer in time means, where it means more than that this could not be found out. */
  readonly late?: (at: Surroundings, why: string) => readonly Finding[];
}

interface Details {
  readonly evidence?: string | null;
  /** Shell commands, each runnable as printed. */
  readonly fix?: readonly string[];
  readonly topic?: Topic;
  readonly failure?: Failure;
}

const finding =
  (status: Check['status']) =>
  (id: string, summary: string, details: Details = {}): Finding => ({
    id,
    status,
    summary,
    evidence: details.evidence ?? null,
    fix: [...(details.fix ?? [])],
    topic: details.topic ?? null,
    ...(details.failure ? { failure: details.failure } : {}),
  });

export const pass = finding('pass');
export const warn = finding('warn');
export const fail = finding('fail');
/** It does not apply here, or what it needs is missing and another check says so. */
export const skip = finding('skip');

export const skipAll = (ids: readonly string[], why: string): Finding[] => ids.map((id) => skip(id, why));

/** How a command is run as root by whoever asks: `sudo ` with its space, or nothing for root. */
export const asRoot = ({ machine }: Surroundings): string => (machine.user.uid === 0 ? '' : 'sudo ');
