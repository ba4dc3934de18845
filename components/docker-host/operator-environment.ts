/** Variables that the docker provider prefers to the address it is given, or that break its way over SSH. */
const MISLEADING = [
  "DOCKER_CONTEXT",
  "DOCKER_CERT_PATH",
  "DOCKER_CA_MATERIAL",
  "DOCKER_CERT_MATERIAL",
  "DOCKER_KEY_MATERIAL",
] as const;

/**
 * What in the operator's environment keeps a stack from its machine. DOCKER_HOST and DOCKER_SSH_OPTS do not: the stack
 * gives the provider its own.
 *
 * @param exists whether there is a file, or socket, of that path
 * @returns one sentence a problem, with its fix
 */
export function environmentProblems(
  env: Readonly<Record<string, string | undefined>>,
  exists: (path: string) => boolean,
): string[] {
  const problems = MISLEADING.filter((name) => env[name]).map((name) => {
    // What holds keys is not shown.
    const value = name.endsWith("_MATERIAL") ? "" : ` to "${env[name]}"`;
    return `${name} is set${value}: containers would go to another engine than the stack's machine. Run again after: unset ${name}`;
  });
  const agent = env.SSH_AUTH_SOCK;
  if (agent && !exists(agent)) {
    problems.push(
      `SSH_AUTH_SOCK names "${agent}", where no agent listens: no command would reach the machine. Run again after: unset SSH_AUTH_SOCK`,
    );
  }
  return problems;
}
