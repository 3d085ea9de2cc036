/** A result that its folder does not take: why, as a person is told. */
import type { Failure } from '@shared/model/failure';

export class NotKept extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
    this.name = 'NotKept';
  }

  /** The same, and where the picture is meanwhile. */
  lyingAt(path: string): NotKept {
    return new NotKept({
      ...this.failure,
      message: `${this.failure.message} The picture is kept in ${path}.`,
    });
  }
}
