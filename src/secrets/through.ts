type Call = (given: readonly unknown[]) => Promise<unknown>;

/**
 * The same interface, also of its parts, of which every call goes through `pass`. An object of its own, not a copy: a
 * driver may be an instance of a class with private fields, and it may be frozen.
 */
export const through = <Target extends object>(
  target: Target,
  pass: (given: readonly unknown[], call: Call) => Promise<unknown>,
): Target =>
  new Proxy({} as Target, {
    has: (_, name) => name in target,
    get(_, name) {
      const part: unknown = Reflect.get(target, name, target);
      if (typeof part === 'function') {
        const call: Call = async (given) => Reflect.apply(part, target, given);
        return (...given: readonly unknown[]) => pass(given, call);
      }
      return typeof part === 'object' && part !== null ? through(part, pass) : part;
    },
  });
