import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __filename = import.meta.filename;
import"./chunk-FLOORRT6.mjs";var VERSION="0.1.0";var words=process.argv.slice(2);if(words[0]==="--version"||words[0]==="-V")process.stdout.write(`${VERSION}
`);else{let{main}=await import("./main-JDB5AW37.mjs");await main(words)}
