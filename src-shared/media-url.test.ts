import { describe, expect, it } from 'vitest';
import {
  changeUrl,
  fullUrlOf,
  inputUrl,
  nodeUrl,
  parseMediaPath,
  thumbnailUrl,
  tileSizeFor,
  viewUrl,
} from './media-url';

function parsed(url: string) {
  const { pathname, searchParams } = new URL(url.replace('media:', 'http:'));
  return parseMediaPath(pathname, searchParams.get('columns'));
}

describe('media addresses', () => {
  it('says what it was made from', () => {
    const input = { datasetId: 3, row: 12, place: 1, imageColumns: ['photo of a&b?', 'ü'] };
    expect(parsed(thumbnailUrl(7))).toEqual({ kind: 'result', size: 'thumbnail', resultId: 7 });
    expect(parsed(viewUrl(7))).toEqual({ kind: 'result', size: 'view', resultId: 7 });
    expect(parsed(changeUrl(7))).toEqual({ kind: 'change', size: 'view', resultId: 7 });
    expect(parsed(inputUrl('view', input))).toEqual({ kind: 'input', size: 'view', input });
  });

  it('names the full size of what is shown smaller', () => {
    const input = { datasetId: 3, row: 12, place: 1, imageColumns: ['view/1'] };
    expect(parsed(fullUrlOf(viewUrl(7)) ?? '')).toEqual({ kind: 'result', size: 'full', resultId: 7 });
    expect(parsed(fullUrlOf(inputUrl('view', input)) ?? '')).toEqual({ kind: 'input', size: 'full', input });
    const node = nodeUrl('view', 'locked', 5, 2);
    expect(fullUrlOf(node)).toBe('media://library/node-full/locked/5?v=2');
    expect(parsed(fullUrlOf(node) ?? '')).toEqual({ kind: 'node', size: 'full', part: 'locked', nodeId: 5 });
    expect(['blob:x', thumbnailUrl(7), 'https://view/1', changeUrl(7)].map(fullUrlOf)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
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

it('asks for the small picture that fills a tile', () => {
  expect([96, 140, 200, 300, 400].map(tileSizeFor)).toEqual([
    'small',
    'small',
    'thumbnail',
    'thumbnail',
    'large',
  ]);
  expect(parsed(thumbnailUrl(7, 'large'))).toEqual({
    kind: 'result',
    size: 'large',
    resultId: 7,
  });
});
