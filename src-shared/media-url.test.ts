import { describe, expect, it } from 'vitest';
import { inputUrl, parseMediaPath, thumbnailUrl, viewUrl } from './media-url';

function parsed(url: string) {
  const { pathname, searchParams } = new URL(url.replace('media:', 'http:'));
  return parseMediaPath(pathname, searchParams.get('columns'));
}

describe('media addresses', () => {
  it('says what it was made from', () => {
    const input = { datasetId: 3, row: 12, place: 1, imageColumns: ['photo of a&b?', 'ü'] };
    expect(parsed(thumbnailUrl(7))).toEqual({ kind: 'result', size: 'thumbnail', resultId: 7 });
    expect(parsed(viewUrl(7))).toEqual({ kind: 'result', size: 'view', resultId: 7 });
    expect(parsed(inputUrl('view', input))).toEqual({ kind: 'input', size: 'view', input });
  });

  it.each(['/thumbnail/', '/thumbnail/1x', '/thumbnail/../1', '/input-view/1-2', '/file/1', '/view/-1'])(
    'refuses %s',
    (pathname) => {
      expect(parseMediaPath(pathname, null)).toBeNull();
    },
  );

  it('refuses columns that are no list of names', () => {
    expect(parseMediaPath('/input-view/1-2-0', '{"a":1}')).toBeNull();
    expect(parseMediaPath('/input-view/1-2-0', '[1')).toBeNull();
  });
});
