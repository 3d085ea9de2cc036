import { expect, it } from 'vitest';
import { createTold } from './hidden-paths';

const told = createTold(() => ['/home/mia', '/home/mia/.local/share/brushfleet', '']);

it('tells no folder of this machine, however deep it stands', () => {
  const value = told.value({
    run: { outputDir: '/srv/shared/results/cats', name: 'cats' },
    notes: ['Saved to /home/mia/.local/share/brushfleet/runs', 'in /home/mia/cats'],
  });
  expect(value).toEqual({
    run: { outputDir: 'cats', name: 'cats' },
    notes: ['Saved to …/runs', 'in …/cats'],
  });
  expect(told.sentence('/home/mia/a.csv is not there.')).toBe('…/a.csv is not there.');
});

it('gives pictures an address of the service, and leaves everything else as it is', () => {
  const file = new File(['x'], 'x.png');
  const when = new Date(0);
  const value = {
    picture: 'media://library/view/7',
    text: 'see media://library/view/7',
    file,
    when,
    none: null,
    n: 1,
  };
  expect(told.value(value)).toEqual({ ...value, picture: '/app/media/view/7' });
  expect(told.value(file)).toBe(file);
});

it('tells files by their names, wherever they lie', () => {
  expect(told.value({ total: 1, paths: ['/mnt/elsewhere/out/000000.png.part'] })).toEqual({
    total: 1,
    paths: ['000000.png.part'],
  });
});
