import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Kind, programOf } from './kinds.ts';

const daemonScript = fileURLToPath(new URL('dockerd.sh', import.meta.url));

export function socketOf(folder: string): string {
  return join(folder, 'docker.sock');
}

/** The command that runs a docker daemon which keeps all of its files in `folder`. */
export function daemonCommand(kind: Kind & Required<Pick<Kind, 'daemon'>>, folder: string): string[] {
  const config = join(folder, 'daemon.json');
  writeFileSync(config, JSON.stringify(kind.daemon.config));
  return [
    'env',
    `HOME=${folder}/home`,
    `TMPDIR=${folder}/tmp`,
    // It calls containerd, runc and ip.
    `PATH=${process.env.PATH}:/usr/sbin:/sbin`,
    '/bin/sh',
    daemonScript,
    folder,
    randomSubnet(),
    ...programOf(kind, kind.daemon.program),
    `--config-file=${config}`,
    `--host=unix://${socketOf(folder)}`,
    `--data-root=${folder}/store`,
    `--exec-root=${folder}/run/docker`,
    `--pidfile=${folder}/run/docker.pid`,
    // The machine's network stays as it is.
    '--iptables=false',
    '--ip-masq=false',
    '--ip-forward=false',
  ];
}

/** One of 512 networks in the range that is set apart for tests of network devices, so never a real one. */
function randomSubnet(): string {
  const pick = (count: number) => Math.floor(Math.random() * count);
  return `198.${18 + pick(2)}.${pick(256)}.1/24`;
}

/** True as soon as the daemon answers, else undefined. */
export function answers(socketPath: string): Promise<true | undefined> {
  return new Promise((resolve) => {
    request({ socketPath, path: '/_ping' }, (response) => {
      response.resume();
      resolve(response.statusCode === 200 ? true : undefined);
    })
      .on('error', () => resolve(undefined))
      .end();
  });
}

/** Adds the plugin for the client whose home this is. */
export function addBuildx(plugin: string, home: string): void {
  const plugins = join(home, '.docker/cli-plugins');
  mkdirSync(plugins, { recursive: true });
  symlinkSync(plugin, join(plugins, 'docker-buildx'));
}
