import { homedir } from 'node:os';

/** Where settings of the engines are looked for. A test has folders of its own. */
export interface Places {
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  /** `/etc` */
  readonly etc: string;
  /** `/run` */
  readonly run: string;
}

export const placesOf = (given: Partial<Places>): Places => {
  const env = given.env ?? process.env;
  return {
    env,
    home: given.home ?? env.HOME ?? homedir(),
    etc: given.etc ?? '/etc',
    run: given.run ?? '/run',
  };
};
