/** The whole file, through the importer, into the store. */
import { atMost, type Figure, note } from '../pool/figures';
import { cpuSeconds, timed, withBlocks } from './gauges';
import { csvPath, openScene, type Scene } from './scene';

const BAR_PER_SECOND = 50_000;

export async function importStage(scene: Scene): Promise<readonly Figure[]> {
  const app = await openScene(scene);
  const cpuBefore = cpuSeconds();
  const [[{ rows }, ms], blocks] = await withBlocks('import', () =>
    timed(async () => (await app.importer.start({ path: csvPath(scene) })).whole),
  );
  const cpu = cpuSeconds() - cpuBefore;
  await app.close();
  const perSecond = (rows / ms) * 1000;
  return [
    {
      name: 'rows a second',
      value: perSecond.toFixed(0),
      bar: `>= ${BAR_PER_SECOND}`,
      isMet: perSecond >= BAR_PER_SECOND,
    },
    note('rows, seconds', `${rows}, ${(ms / 1000).toFixed(1)}`),
    note('CPU, microseconds a row', ((cpu * 1e6) / rows).toFixed(1)),
    blocks,
    atMost('rows missing', scene.rows - rows, 0, 0),
  ];
}
