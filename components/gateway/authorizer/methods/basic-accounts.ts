import type { Role } from "../../routes";
import type { BasicAccount } from "./basic";
import type { MethodName } from "./names";

/** The accounts of the clients who may sign in with a password; one without a password left has none. */
export function basicAccounts(
  clients: readonly {
    readonly name: string;
    readonly role: Role;
    readonly methods: readonly MethodName[];
    readonly passwordRecords: readonly string[];
  }[],
): BasicAccount[] {
  return clients
    .filter(({ methods, passwordRecords }) => methods.includes("basic") && passwordRecords.length > 0)
    .map(({ name, role, passwordRecords }) => ({
      userName: name,
      client: name,
      role,
      records: passwordRecords,
    }));
}
