/** A call that cannot be carried out: one sentence for the user, as data for every door. */
export class Refusal extends Error {
  constructor(
    readonly code: 'BAD_INPUT' | 'NOT_FOUND',
    message: string,
    /** The control the sentence belongs to. */
    readonly field?: string,
  ) {
    super(message);
  }
}
