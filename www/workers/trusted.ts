/** Trusted Types: pages may demand that the address of a script comes from a named policy. Ours is `guidance-lab`. */

interface Policy {
  createScriptURL(url: string): string;
}

interface Factory {
  createPolicy(name: string, rules: Policy): Policy;
}

let policy: Policy | null | undefined;

/** An address of our own making, as `new Worker` takes it under Trusted Types. */
export function trustedUrl(url: string): string {
  if (policy === undefined) {
    const factory = (globalThis as { trustedTypes?: Factory }).trustedTypes;
    try {
      policy = factory?.createPolicy('guidance-lab', { createScriptURL: (given) => given }) ?? null;
    } catch {
      // The page does not allow the name: then the worker is refused, and the main thread serves.
      policy = null;
    }
  }
  return policy ? policy.createScriptURL(url) : url;
}
