const words=process.argv.slice(2);if(words[0]===`--version`||words[0]===`-V`)process.stdout.write(`0.1.0
`);else{let{main}=await import(`./main-BCOTJ2u1.mjs`);await main(words)}export{};