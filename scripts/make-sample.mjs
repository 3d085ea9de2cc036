/**
 * Makes the sample dataset: resources/sample/sample.csv and its pictures, all drawn or rendered here, the same on every
 * run. Takes a few minutes. `node scripts/make-sample.mjs [name ...]` makes only the pictures named.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import sharp from 'sharp';
import * as figures from './make-sample/figures.mjs';
import * as places from './make-sample/places.mjs';
import * as prints from './make-sample/prints.mjs';
import * as stillLifes from './make-sample/still-lifes.mjs';
import * as landscapes from './make-sample/landscapes.mjs';

const OUT = fileURLToPath(new URL('../resources/sample/', import.meta.url));

const wide = { width: 1024, height: 768 };
const broad = { width: 1024, height: 683 };
const tall = { width: 768, height: 960 };
const square = { width: 800, height: 800 };

/** File name: what draws it, and its size. */
const PICTURES = {
  'mountain-lake.jpg': [landscapes.mountainLake, broad],
  'woman-with-scarf.webp': [figures.womanWithScarf, tall],
  'pears.jpg': [stillLifes.pears, wide],
  'balloons.jpg': [places.balloons, wide],
  'city-at-dusk.webp': [prints.cityAtDusk, broad],
  'coffee.jpg': [stillLifes.coffee, wide],
  'lighthouse.jpg': [places.lighthouse, broad],
  'cat.png': [figures.cat, square],
  'snow-peaks.jpg': [landscapes.snowPeaks, broad],
  'man-with-glasses.webp': [figures.manWithGlasses, tall],
  'bottles.jpg': [stillLifes.bottles, wide],
  'dunes.jpg': [landscapes.dunes, broad],
  'girl-with-flowers.webp': [figures.girlWithFlowers, tall],
  'white-village.jpg': [places.whiteVillage, wide],
  'misty-forest.webp': [prints.mistyForest, wide],
  'chess.jpg': [stillLifes.chess, wide],
  'owl.png': [figures.owl, square],
  'islands.jpg': [landscapes.islands, broad],
  'canyon.jpg': [landscapes.canyon, wide],
  'candle.jpg': [stillLifes.candle, wide],
  'northern-lights.webp': [prints.northernLights, broad],
  'poppies.webp': [prints.poppies, wide],
  'arcade.jpg': [places.arcade, wide],
};

/** Four rows fail on purpose, each in its own way: 6 overloaded, 10 no image, 16 blocked, 19 bad input. */
const ROWS = [
  ['mountain-lake.jpg', 'Turn day into night', 'a lake between mountains', 'landscape'],
  ['woman-with-scarf.webp', 'Make it a sepia print', 'a woman with a red scarf', 'portrait'],
  ['pears.jpg', 'Turn it into a pencil drawing', 'three pears and a plum', 'still life'],
  ['balloons.jpg', 'Mirror it and add the caption "Up and away"', 'hot-air balloons', 'landscape'],
  ['city-at-dusk.webp', 'Tint it teal', 'a skyline and a sailing boat', 'city'],
  ['coffee.jpg', 'Make it black and white', 'a cup of coffee', 'still life'],
  ['lighthouse.jpg', 'Overload the sky with fireworks', 'a lighthouse by the sea', 'landscape'],
  ['cat.png', 'Add a gold frame', 'a cat on a windowsill', 'animal'],
  ['snow-peaks.jpg', 'Let it snow and make the light cooler', 'peaks in the evening', 'landscape'],
  ['man-with-glasses.webp', 'Turn it into a mosaic', 'a man with glasses', 'portrait'],
  ['bottles.jpg', 'Describe this still life, text only', 'bottles and a jug', 'still life'],
  ['dunes.jpg', 'Make it blue', 'dunes in the desert', 'landscape'],
  ['girl-with-flowers.webp', 'Mute the colours and add a white frame', 'a girl with a wreath', 'portrait'],
  ['white-village.jpg', 'Turn it upside down', 'a white village with a blue dome', 'architecture'],
  ['misty-forest.webp', 'Add the caption "Above the clouds"', 'a forest in the mist', 'landscape'],
  ['chess.jpg', 'Invert it like a film negative', 'chess pieces', 'still life'],
  ['owl.png', 'Put a forbidden symbol on its chest', 'an owl at night', 'animal'],
  ['islands.jpg', 'Make it much warmer', 'islands in a blue sea', 'landscape'],
  ['canyon.jpg', 'Tint it purple', 'a river in a canyon', 'landscape'],
  ['lantern.jpg', 'Make the lantern glow brighter', 'a lantern that is not there', 'still life'],
  ['candle.jpg|chess.jpg', 'Combine these two pictures side by side', 'a candle; chess pieces', 'still life'],
  ['northern-lights.webp', 'Rotate it by 12 degrees', 'northern lights over a lake', 'landscape'],
  ['poppies.webp', 'Make it darker and add a vignette', 'a meadow of poppies', 'landscape'],
  ['arcade.jpg', 'Blur it strongly', 'an arcade in the sun', 'architecture'],
];

const ENCODERS = {
  jpg: (image) => image.jpeg({ quality: 90, mozjpeg: true }),
  webp: (image) => image.webp({ quality: 90, effort: 6 }),
  png: (image) => image.png({ palette: true, colours: 200, effort: 10, dither: 0.7 }),
};

async function makePicture(name) {
  const [draw, size] = PICTURES[name];
  const drawn = draw(size);
  const image =
    typeof drawn === 'string'
      ? sharp(Buffer.from(drawn)).resize(size.width, size.height, { fit: 'fill' }).removeAlpha()
      : sharp(drawn, { raw: { ...size, channels: 3 } });
  const encode = ENCODERS[name.split('.').at(-1)];
  await encode(image).toFile(`${OUT}images/${name}`);
}

function csv() {
  const cell = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = ROWS.map(([files, instruction, subject, genre], index) => {
    const paths = files.split('|').map((file) => `images/${file}`);
    return [String(index), paths.join('|'), instruction, subject, genre].map(cell).join(',');
  });
  return `${['index,image_url,instruction,subject,genre', ...lines].join('\n')}\n`;
}

/** As many pictures at a time as there are processors. */
async function makeAll(names) {
  const waiting = [...names];
  const one = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const startedAt = Date.now();
      await new Promise((resolve, reject) => {
        const worker = new Worker(new URL(import.meta.url), { workerData: name });
        worker.once('message', resolve).once('error', reject);
      });
      process.stdout.write(`${name}: ${((Date.now() - startedAt) / 1000).toFixed(0)} s\n`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), names.length) }, one));
}

if (isMainThread) {
  await mkdir(`${OUT}images`, { recursive: true });
  await writeFile(`${OUT}sample.csv`, csv());
  await makeAll(process.argv.length > 2 ? process.argv.slice(2) : Object.keys(PICTURES));
} else {
  await makePicture(workerData);
  parentPort.postMessage('made');
}
