import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __filename = import.meta.filename;
function table(rows){let widths=rows.reduce((found,row)=>row.map((cell,column)=>Math.max(cell.length,found[column]??0)),[]);return rows.map(row=>row.map((cell,i)=>i===row.length-1?cell:cell.padEnd(widths[i]??0)).join("  ")).join(`
`)}export{table};
