/**
 * Calls across a message port: a method and its arguments go, the answer or what was thrown comes back. Arrays of an answer
 * are handed over instead of copied, an argument may be a function that is told something meanwhile, or an end of a channel. Numbers of calls
 * are counted: a page may have taken chance away.
 */

/** A worker, its global scope, or one end of a channel. */
export interface Port {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
  start?(): void;
}

/** An object whose every method is `call`. */
export function caller<Service>(call: (method: keyof Service, args: unknown[]) => Promise<unknown>): Service {
  return new Proxy({} as Service & object, {
    // A promise may resolve to it.
    get: (_, method) => (method === 'then' ? undefined : (...args: unknown[]) => call(method as keyof Service, args)),
  });
}

interface Waiting {
  resolve(value: unknown): void;
  reject(thrown: unknown): void;
  ports: MessagePort[];
}

/** What `answers` serves at the other end. When `closing` hears `close`, whoever waits is told that no answer will come. */
export function calls<Service>(port: Port, closing?: EventTarget): Service {
  const waiting = new Map<number, Waiting>();
  let last = 0;
  port.addEventListener('message', ({ data }) => {
    const call = waiting.get(data?.id);
    if (!call) return;
    waiting.delete(data.id);
    for (const own of call.ports) own.close();
    if (data.failed) call.reject(data.value);
    else call.resolve(data.value);
  });
  closing?.addEventListener('close', () => {
    for (const call of waiting.values()) call.reject(new Error('closed'));
    waiting.clear();
  });
  port.start?.();
  return caller<Service>(
    (method, args) =>
      new Promise((resolve, reject) => {
        last += 1;
        const id = last;
        const ports: MessagePort[] = [];
        const sent: MessagePort[] = [];
        const plain = args.map((arg) => {
          if (arg instanceof MessagePort) sent.push(arg);
          if (typeof arg !== 'function') return arg;
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = ({ data }) => arg(data);
          ports.push(port1);
          sent.push(port2);
          return { told: port2 };
        });
        waiting.set(id, { resolve, reject, ports });
        try {
          port.postMessage({ id, method, args: plain }, sent);
        } catch (thrown) {
          waiting.delete(id);
          for (const own of ports) own.close();
          reject(thrown);
        }
      }),
  );
}

/** The typed arrays in a value. */
function buffersOf(value: unknown): Transferable[] {
  if (ArrayBuffer.isView(value)) return [value.buffer as ArrayBuffer];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(buffersOf) : [];
}

/** Answers every call of a method of `service`. */
export function answers(service: object, port: Port): void {
  port.addEventListener('message', async ({ data }) => {
    const { id, method, args } = data ?? {};
    if (!Object.hasOwn(service, method)) return;
    try {
      const work = (service as Record<string, (...args: unknown[]) => unknown>)[method];
      const value = await work?.(
        ...(args as { told?: unknown }[]).map((arg) => {
          const told = arg?.told;
          return told instanceof MessagePort ? (what: unknown) => told.postMessage(what) : arg;
        }),
      );
      port.postMessage({ id, value }, buffersOf(value));
    } catch (value) {
      port.postMessage({ id, value, failed: true }, []);
    }
  });
  port.start?.();
}
