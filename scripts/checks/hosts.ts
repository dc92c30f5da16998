/** What to run on the hosts that will run the image: printed here, run by nobody but whoever is there. */
import { formatReference, type Reference } from '../oci/reference.ts';
import { readState } from '../state.ts';
import { type Checker, type Surroundings, skip } from './check.ts';

const ID = 'hosts';

export const hosts: Checker = {
  ids: [ID],
  fast: false,
  async ask(at) {
    const { image } = at.intent;
    if (!image) return [skip(ID, 'no image is named')];
    return [
      skip(ID, 'to be run on each host that will run the image, as the user that runs it', {
        fix: [
          'podman --version',
          'podman unshare cat /proc/self/uid_map',
          `podman login --get-login ${image.repository.registry}`,
          'ls -ld /tmp/ray',
          `podman pull ${await deployed(at, image)}`,
        ],
        topic: 'ray-serve',
      }),
    ];
  },
};

/** What was released last, if it is of this repository; else the tag. */
async function deployed({ project }: Surroundings, image: Reference): Promise<string> {
  const last = (await readState(project.stateFile)).value?.container_image_uri;
  const name = `${image.repository.registry}/${image.repository.path}`;
  return last?.startsWith(`${name}@`) ? last : formatReference(image);
}
