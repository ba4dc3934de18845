/**
 * Loads the stack's Pulumi program, and runs it anew however often it is called: Node would hand out the resources of the
 * first run again. All that it is made of stays loaded, for it keeps nothing.
 */
export function shippedProgram(): unknown {
  const program = require.resolve("../index");
  delete require.cache[program];
  return require(program);
}
