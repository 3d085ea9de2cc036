/**
 * The review in the real window: from the key press of a verdict until the next source and result are loaded, decoded and
 * handed to the display. Measured in the page, by its own clock.
 */
import { launchWindow } from '../launch-window.mjs';

/** Milliseconds a person looks at a pair before the key falls: five verdicts in two seconds are a fast reviewer's. */
const PACE_MS = Number(process.env.PACE_MS ?? 400);

export async function measureReview({ verdicts, ...given }) {
  const electron = await launchWindow(given);
  try {
    const page = await electron.firstWindow();
    await page.waitForLoadState('domcontentloaded');
    await page.keyboard.press('Control+3');
    await page.getByRole('button', { name: /^Accept P/ }).waitFor();
    await page.evaluate(defineIsPairShown);
    await page.waitForFunction(() => globalThis.isPairShown(1));
    await page.waitForTimeout(2000);
    return await page.evaluate(judgeAll, { verdicts, paceMs: PACE_MS });
  } finally {
    await electron.close();
  }
}

/** In the page: whether the pair of that place stands there, both pictures whole. */
function defineIsPairShown() {
  globalThis.isPairShown = (place) => {
    const pictures = [...document.querySelectorAll('.review-stage img')];
    const words = document.querySelector('.review-place')?.textContent ?? '';
    return (
      words.startsWith(`${place.toLocaleString('en')} / `) &&
      pictures.length === 2 &&
      pictures.every((picture) => picture.complete && picture.naturalWidth > 0)
    );
  };
}

/** In the page. Answers milliseconds per verdict, and how many tasks of the page took over 50 ms. */
async function judgeAll({ verdicts, paceMs }) {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const took = [];
  let longTasks = 0;
  new PerformanceObserver((list) => {
    longTasks += list.getEntries().length;
  }).observe({ type: 'longtask' });
  for (let at = 1; at <= verdicts; at += 1) {
    await new Promise((resolve) => setTimeout(resolve, paceMs));
    const before = [...document.querySelectorAll('.review-stage img')].map(({ src }) => src);
    const pressedAt = performance.now();
    const key = at % 7 === 0 ? 'x' : 'p';
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    for (;;) {
      await frame();
      const pictures = [...document.querySelectorAll('.review-stage img')];
      const isNext = pictures.length === 2 && pictures.every(({ src }, place) => src !== before[place]);
      if (isNext && globalThis.isPairShown(at + 1)) {
        await Promise.all(pictures.map((picture) => picture.decode()));
        // The frame that has them is handed over when the next one begins.
        await frame();
        break;
      }
      if (performance.now() - pressedAt > 10_000) {
        throw new Error(`The pair after verdict ${at} never came.`);
      }
    }
    took.push(performance.now() - pressedAt);
  }
  return { took, longTasks };
}
