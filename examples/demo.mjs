/** `npm run demo`: starts on a machine with Node alone, brings the project's dependencies, and goes on in demo.ts. */
import { ensureDependencies } from '../scripts/maintain/dependencies.mjs';

ensureDependencies();
const { register } = await import('tsx/esm/api');
register();
await import('./demo.ts');
