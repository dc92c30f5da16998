/** Whether a registry on this machine speaks http: docker finds out by itself, podman has to be told. */
import { request } from 'node:http';
import { isLoopback } from '../oci/reference.ts';

const WAIT_MS = 3_000;

/** True if it answers http with anything but the 400 of a server that wants TLS. Never asked of other machines. */
export async function speaksHttp(registry: string, signal: AbortSignal): Promise<boolean> {
  if (!isLoopback(registry)) return false;
  return new Promise((resolve) => {
    const asked = request(`http://${registry}/v2/`, { timeout: WAIT_MS, signal }, (answer) => {
      answer.resume();
      resolve(answer.statusCode !== 400);
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(false));
    asked.end();
  });
}
