/** The end of a switch over a tagged union: a new tag that is not handled fails to compile, and throws at run time. */
export function assertNever(value: never): never {
  throw new Error(`Unhandled case: ${JSON.stringify(value)}`);
}
