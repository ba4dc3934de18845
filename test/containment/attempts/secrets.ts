import { type Attempt, alike } from "../attempt";

/** What is worth stealing. */
export const SECRETS: readonly Attempt[] = [
  {
    id: "secret-files",
    tries: "looks through every file that it can read for keys",
    act: { do: "search_files", root: "/" },
    stopper: "no such thing",
    control: "root",
  },
  {
    id: "secret-environment",
    tries: "looks through every process's environment and command line",
    act: { do: "search_environments" },
    stopper: "no such thing",
    control: "root",
  },
  {
    id: "password-hashes",
    tries: "reads the password hashes",
    act: { do: "open_file", path: "/etc/shadow" },
    stopper: "user id",
    control: "root",
  },
  {
    id: "root-of-init",
    tries: "reads them by process 1's root",
    act: { do: "open_file", path: "/proc/1/root/etc/shadow" },
    stopper: "user id",
    control: "root",
  },
  ...alike({ stopper: "no such thing", control: { none: "is on a volume of another container" } }, [
    {
      id: "server-key",
      tries: "reads the gateway's TLS key",
      act: { do: "open_file", path: "/etc/comfy-gateway/current/tls/server.key" },
    },
    {
      id: "client-keys",
      tries: "reads the authorizer's list of clients",
      act: { do: "open_file", path: "/etc/comfy-authorizer/current" },
    },
    {
      id: "orchestrator-token",
      tries: "reads the token that Kubernetes would put there",
      act: { do: "open_file", path: "/var/run/secrets/kubernetes.io/serviceaccount/token" },
    },
  ]),
  ...alike({ stopper: "process namespace", control: { none: "needs the host's process namespace" } }, [
    {
      id: "process-nginx",
      tries: "finds nginx's process, to read its memory",
      act: { do: "see_processes", name: "nginx" },
    },
    {
      id: "process-authorizer",
      tries: "finds the authorizer's process",
      act: { do: "see_processes", name: "authorizer.js" },
    },
    {
      id: "process-docker",
      tries: "finds the Docker Engine's process",
      act: { do: "see_processes", name: "dockerd" },
    },
  ]),
];
