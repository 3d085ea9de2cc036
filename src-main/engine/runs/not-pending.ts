/** The journal is well, but a job that is about to be sent is not pending any more: somebody else has changed it. */
export class NotPending extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'NotPending';
  }
}
