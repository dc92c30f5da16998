import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __filename = import.meta.filename;
function firstTag({tags}){let[tag]=tags;if(!tag)throw new Error("a build has a tag");return tag}export{firstTag};
