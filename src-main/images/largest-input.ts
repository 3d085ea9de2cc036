/** Of one picture that goes into a request, in bytes. */
export const MAX_INPUT_IMAGE_BYTES = 50 * 1024 * 1024;
