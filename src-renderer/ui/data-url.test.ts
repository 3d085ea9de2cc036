import { describe, expect, it } from 'vitest';
import { blobOf } from './data-url';

describe('pictures as data URLs', () => {
  it('become blobs of the same type and bytes', async () => {
    const blob = blobOf(`data:image/png;base64,${btoa('\x89PNG\r\n')}`);
    expect(blob?.type).toBe('image/png');
    expect([...new Uint8Array((await blob?.arrayBuffer()) ?? new ArrayBuffer(0))]).toEqual([
      0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a,
    ]);
  });

  it.each([
    'data:text/html;base64,PGI+',
    'data:image/png,raw',
    'https://relay.example/a.png',
    'data:image/png;base64,%%',
  ])('refuse %s', (url) => {
    expect(blobOf(url)).toBeNull();
  });
});
