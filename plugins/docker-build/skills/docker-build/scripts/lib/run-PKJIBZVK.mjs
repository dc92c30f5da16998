import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{commandLine,run}from"./chunk-YIE4O3RJ.mjs";import"./chunk-ATMJ4FXZ.mjs";export{commandLine,run};
