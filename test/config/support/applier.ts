/** Applies a reference to the project that is named, once its parent says so. */
import { parseReference } from '../../../scripts/oci/reference.ts';
import { configReport } from '../../../scripts/phases/config-report.ts';
import { openProject } from '../../../scripts/project.ts';
import { IMAGE, NEW, testPorts } from '../project.ts';

const project = await openProject(process.argv[2] ?? '');
const asked = { project, only: [], online: false, allowUnverified: true, diff: false, dryRun: false };
const reference = parseReference(`${IMAGE}@${NEW}`);
// what is loaded lazily is loaded now
await configReport({ ...asked, mode: 'report', reference }, testPorts());
process.once('message', async () => {
  await configReport({ ...asked, mode: 'apply', reference }, testPorts());
  process.disconnect();
});
process.send?.('ready');
