/** A picture of ours that is dropped back in brings its recipe along, whichever library wrote it. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestLibrary, type TestLibrary } from '../testing/test-library';
import { embedRecipe } from './recipe';
import { noise, noteOf } from './testing/recipe-samples';

let library: TestLibrary;
beforeAll(async () => {
  library = await openTestLibrary();
});
afterAll(() => library.remove());

it.each(['png', 'jpeg', 'webp'] as const)('from a %s of another library', async (format) => {
  const embedded = embedRecipe(await noise().toFormat(format).toBuffer(), noteOf());
  if (embedded.kind !== 'embedded') {
    throw new Error(embedded.why);
  }
  const { nodes, broughtIds } = await library.app.studio.bring(null, [
    { name: `a.${format}`, read: async () => embedded.bytes },
  ]);
  const node = nodes.find(({ id }) => id === broughtIds[0]);
  expect(node?.name).toMatch(/^make "it"/);
  expect(node?.origin).toMatchObject({
    kind: 'source',
    recipe: {
      instruction: noteOf().instruction,
      model: { provider: 'google_genai', model: 'gemini-3' },
      aspectRatio: '16:9',
    },
  });
});
