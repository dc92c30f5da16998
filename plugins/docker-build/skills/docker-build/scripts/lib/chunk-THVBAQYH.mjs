import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __filename = import.meta.filename;
import{homedir}from"node:os";var placesOf=given=>{let env=given.env??process.env;return{env,home:given.home??env.HOME??homedir(),etc:given.etc??"/etc",run:given.run??"/run"}};export{placesOf};
