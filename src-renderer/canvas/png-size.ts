/** The size a PNG's header promises, before a pixel of it is decoded; null for anything else. */
export function sizeOfPng(head: Uint8Array): { readonly width: number; readonly height: number } | null {
  const isPng = [0x89, 0x50, 0x4e, 0x47].every((byte, at) => head[at] === byte);
  if (!isPng || head.length < 24) {
    return null;
  }
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}
