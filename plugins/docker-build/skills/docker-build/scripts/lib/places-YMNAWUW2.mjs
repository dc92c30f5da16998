import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{placesOf}from"./chunk-DBCEVFOC.mjs";import"./chunk-ATMJ4FXZ.mjs";export{placesOf};
