import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __filename = import.meta.filename;
import{placesOf}from"./chunk-THVBAQYH.mjs";import"./chunk-FLOORRT6.mjs";export{placesOf};
