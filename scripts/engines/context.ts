/** What an engine is made with. */
import type { Ports } from '../io/ports.ts';
import type { TagService } from './engine.ts';

export interface EngineContext {
  readonly ports: Ports;
  readonly tags: TagService;
  /** False: registries may be http, or show whatever certificate. */
  readonly tlsVerify: boolean;
  /** Logins to use in place of the engine's own. */
  readonly authfile?: string;
  /** For this run alone, where the engine has no login of its own that the registry accepts. */
  readonly login?: Login;
  /** Added to the process environment of each command; CONTAINER_TOOL is read from it. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface Login {
  readonly registry: string;
  readonly username: string;
  readonly password: string;
}
