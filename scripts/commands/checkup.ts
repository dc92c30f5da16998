import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { thisMachine } from '../checks/machine.ts';
import { IMAGE_KEY } from '../config/format.ts';
import { referenceIn } from '../config/judge.ts';
import type { BuildRequest } from '../engines/engine.ts';
import type { Outcome } from '../errors.ts';
import { run } from '../io/run.ts';
import { doctor } from '../phases/doctor.ts';
import { type Project, readReference } from '../project.ts';
import { credentialStore } from '../registry/index.ts';
import { placesOf } from '../registry/places.ts';
import type { DoctorData } from '../results.ts';
import { readState } from '../state.ts';
import { platform } from './platform.ts';
import type { Toolbox } from './toolbox.ts';

/** All of doctor, for what the settings would build; or only what is worth knowing before this very build. */
export async function checkup(tools: Toolbox, before: BuildRequest | null): Promise<Outcome<DoctorData>> {
  const { project, options, ports } = tools;
  return doctor(
    {
      project,
      intent: before
        ? { ...before, image: before.tags[0] ?? null, secrets: before.args.secret }
        : configured(tools, await releasedImage(project)),
      engineAsked: options.engine ?? project.settings.engine,
      fast: before !== null,
      probe: !options.dryRun && !before?.noPush,
    },
    {
      ...ports,
      engine: tools.engine,
      registry: tools.registry(),
      credentialsOf: (repository) => {
        const { signal, secrets } = ports;
        return credentialStore({ places: placesOf({}), secrets, signal, authfile: options.authfile }).report(
          repository,
        );
      },
      machine: thisMachine(run, process.env, ports.signal),
    },
  );
}

function configured({ project, options }: Toolbox, before: string | null) {
  const { settings, dir } = project;
  const context = join(dir, settings.context ?? '.');
  // a tag does not matter to what doctor asks, and {git} would have to be filled in
  const image = (project.image ?? before)?.replaceAll('{git}', 'git');
  return {
    image: image ? readReference(image) : null,
    context,
    file: settings.file ? join(dir, settings.file) : usual(context),
    platforms: (options.platform ?? settings.platforms ?? []).map(platform),
  };
}

/** What was released last, where no setting names an image. */
async function releasedImage({ stateFile, dotenv }: Project): Promise<string | null> {
  const { value } = await readState(stateFile);
  const named = [value?.image, value?.container_image_uri, dotenv?.[IMAGE_KEY]];
  return named.find((one) => referenceIn(one ?? null)) ?? null;
}

const usual = (context: string): string => {
  const [dockerfile = '', containerfile = ''] = ['Dockerfile', 'Containerfile'].map((name) =>
    join(context, name),
  );
  return !existsSync(dockerfile) && existsSync(containerfile) ? containerfile : dockerfile;
};
