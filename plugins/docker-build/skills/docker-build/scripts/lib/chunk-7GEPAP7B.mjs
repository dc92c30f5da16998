import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __filename = import.meta.filename;
var counted=(count,what)=>`${count} ${what}${count===1?"":"s"}`;export{counted};
