/** Pauses in milliseconds before what did not come is asked for again. */
const PAUSES = [200, 1000];

/** Does it again some times: a connection may drop. */
export async function again<T>(work: () => Promise<T>): Promise<T> {
  for (const pause of PAUSES) {
    try {
      return await work();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  return work();
}
