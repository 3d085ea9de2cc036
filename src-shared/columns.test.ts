import { describe, expect, it } from 'vitest';
import {
  cellOf,
  columnsNamingImages,
  detectImageColumns,
  hasImageColumn,
  imageReferences,
  maskReference,
  referenceCell,
  splitReferences,
} from './columns';

describe('splitReferences', () => {
  it.each<[string, string, string[]]>([
    ['blank', '  ', []],
    ['an empty list', '[]', []],
    ['one path', ' a.png ', ['a.png']],
    ['a JSON array', '["a.png", "b,c.png", ""]', ['a.png', 'b,c.png']],
    ['a JSON array of other things', '["a.png", 7]', ['a.png', '7']],
    ['something that only begins like JSON', '[draft] a.png', ['[draft] a.png']],
    ['pipes before commas', 'a,1.png | b.png|', ['a,1.png', 'b.png']],
    ['commas', 'img1.jpg, img2.jpg,,img3.jpg', ['img1.jpg', 'img2.jpg', 'img3.jpg']],
    ['a URL with a comma', 'https://cdn.test/w_100,h_200/x.png', ['https://cdn.test/w_100,h_200/x.png']],
    [
      'two URLs',
      'https://a.test/x,1.png,https://b.test/y.png',
      ['https://a.test/x,1.png', 'https://b.test/y.png'],
    ],
    ['a URL and a path', 'https://a.test/x.png, b.png', ['https://a.test/x.png', 'b.png']],
    ['a path and a URL', 'b.png,https://a.test/x,2.png', ['b.png', 'https://a.test/x,2.png']],
    ['a data URL', 'data:image/png;base64,AAAA', ['data:image/png;base64,AAAA']],
    [
      'data URLs among others',
      'a.png,data:image/png;base64,AAAA,data:image/gif;base64,BB==,b.png',
      ['a.png', 'data:image/png;base64,AAAA', 'data:image/gif;base64,BB==', 'b.png'],
    ],
  ])('reads %s', (_, cell, expected) => {
    expect(splitReferences(cell)).toEqual(expected);
  });
});

describe('referenceCell', () => {
  it.each(['a.png', 'cat, dog.png', 'a|b.png', '["x"].png', 'https://a.test/x,https://b.test'])(
    'names %s alone',
    (name) => {
      expect(splitReferences(referenceCell(name))).toEqual([name]);
    },
  );
});

describe('imageReferences', () => {
  it('believes input_images first, when it names anything', () => {
    expect(imageReferences({ image_url: 'b.png', input_images: '["a.png"]' })).toEqual(['a.png']);
    expect(imageReferences({ image_url: 'b.png', input_images: '[]' })).toEqual(['b.png']);
  });

  it('takes numbered columns in numeric order after the unnumbered one', () => {
    const fields = { image_url_10: 'd', image_url_2: 'b', image_3: 'c', image_url: 'a', image_url_4: '' };
    expect(imageReferences(fields)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('does not send one picture twice when its URL and its path both stand in the row', () => {
    const fields = {
      image_path: 'a.png',
      image_path_2: 'b.png',
      image_url: 'https://x.test/a',
      image_url_2: '',
    };
    expect(imageReferences(fields)).toEqual(['https://x.test/a', 'b.png']);
  });

  it('reads exactly the named columns when a recipe names them', () => {
    expect(imageReferences({ image: 'a', second: 'c', first: 'b' }, ['first', 'second', 'gone'])).toEqual([
      'b',
      'c',
    ]);
  });

  it('takes __proto__ for an ordinary column', () => {
    const fields = JSON.parse('{"__proto__":"a.png"}') as Record<string, string>;
    expect(imageReferences(fields, ['__proto__'])).toEqual(['a.png']);
    expect(imageReferences({}, ['__proto__', 'constructor'])).toEqual([]);
    expect(cellOf({}, 'constructor')).toBeUndefined();
  });
});

describe('image columns of a header', () => {
  it('are listed in the order they are sent', () => {
    expect(detectImageColumns(['index', 'image_2', 'Image', 'image_url', 'input_images', 'prompt'])).toEqual([
      'input_images',
      'image_url',
      'Image',
      'image_2',
    ]);
    expect(hasImageColumn(['prompt', 'image_width', 'my_image'])).toBe(false);
    expect(hasImageColumn(['prompt', 'images'])).toBe(true);
  });
});

describe('columns whose cells name images', () => {
  it('are told by the endings of all their cells that are not blank', () => {
    const rows = [
      { Bilddatei: 'a/IMG 1.JPG', paar: 'a.png|b.webp', result: 'a.png', text: 'Paint a.png red', empty: '' },
      { Bilddatei: '', paar: '["c.tiff"]', result: 'none', text: 'b', empty: '' },
    ];
    expect(columnsNamingImages(rows)).toEqual(['Bilddatei', 'paar']);
    expect(columnsNamingImages([])).toEqual([]);
  });
});

describe('maskReference', () => {
  it('reads mask_url, or the column named', () => {
    expect(maskReference({ mask_url: ' m.png ' })).toBe('m.png');
    expect(maskReference({ mask_url: '' })).toBeNull();
    expect(maskReference({ m: 'x.png' }, 'm')).toBe('x.png');
  });
});
