import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __filename = import.meta.filename;
import{commandLine,run}from"./chunk-G44RVUYB.mjs";import"./chunk-FLOORRT6.mjs";export{commandLine,run};
