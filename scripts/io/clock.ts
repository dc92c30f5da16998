/**
 * Milliseconds on a clock that nobody sets, from no time in particular. Not `performance.now()`: its first use loads
 * a dozen modules of Node, at every start of the program.
 */
export const monotonic = (): number => Number(process.hrtime.bigint()) / 1e6;
