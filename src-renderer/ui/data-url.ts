/** Pictures that came as data URLs. */

const BASE64_IMAGE = /^data:(image\/[\w.+-]+);base64,/;

/** Null: it is no picture, or not in base64. */
export function blobOf(dataUrl: string): Blob | null {
  const type = BASE64_IMAGE.exec(dataUrl);
  if (type === null) {
    return null;
  }
  try {
    const binary = atob(dataUrl.slice(type[0].length));
    return new Blob([Uint8Array.from(binary, (char) => char.charCodeAt(0))], { type: type[1] ?? '' });
  } catch {
    return null;
  }
}
