/**
 * The gallery in the real window over a library of many results: how many frames take longer than 16 ms while it scrolls at
 * many speeds, how long the page's longest task is, and how much memory the window takes.
 */
import { readFile, rm } from 'node:fs/promises';
import { launchWindow } from '../launch-window.mjs';

const SCROLL_MS = 20_000;
/** Pixels a frame: as a wheel, as a hurried wheel, as a flick, and as the bar is dragged. */
const SPEEDS = [8, 30, 90, 400];

/** A frame is late when it comes later than the display's own beat allows; frames are counted, not milliseconds. */
export async function measureWindow(given) {
  const electron = await launchWindow(given);
  try {
    const page = await electron.firstWindow();
    await page.waitForLoadState('domcontentloaded');
    await page.getByRole('button', { name: 'Gallery' }).click();
    const openedAt = Date.now();
    await page.getByRole('gridcell').first().waitFor();
    const openMs = Date.now() - openedAt;
    // Words are taken in and results measured meanwhile; what is looked at here is scrolling.
    await page.waitForTimeout(Number(process.env.SETTLE_MS ?? 5000));
    const idle = await page.evaluate(frames, { ms: 3000, speeds: [0] });
    const peaks = { page: 0, gpu: 0, main: 0 };
    const watch = setInterval(() => void gauge(electron, peaks).catch(() => undefined), 500);
    await electron.evaluate(({ contentTracing }) =>
      contentTracing.startRecording({ included_categories: ['toplevel', 'devtools.timeline'] }),
    );
    const scrolled = await page.evaluate(frames, { ms: SCROLL_MS, speeds: SPEEDS });
    const trace = await electron.evaluate(({ contentTracing }) => contentTracing.stopRecording());
    clearInterval(watch);
    await gauge(electron, peaks);
    return { openMs, idle, scrolled, peaks, cpu: await frameTimes(trace) };
  } finally {
    await electron.close();
  }
}

/**
 * Processor time that the page's main thread needs from one animation frame to the next, milliseconds: what scrolling costs,
 * whatever else the machine does meanwhile.
 */
async function frameTimes(path) {
  const { traceEvents } = JSON.parse(await readFile(path, 'utf8'));
  await rm(path, { force: true });
  const starts = traceEvents.filter(({ name }) => name === 'FireAnimationFrame').sort((a, b) => a.ts - b.ts);
  const main = starts[0];
  const tasks = traceEvents
    .filter(
      ({ name, pid, tid, tdur }) => /RunTask/.test(name) && tdur > 0 && pid === main?.pid && tid === main.tid,
    )
    .sort((a, b) => a.ts - b.ts);
  const times = starts.map(() => 0);
  let frame = -1;
  for (const { ts, dur, tdur } of tasks) {
    while (frame + 1 < starts.length && starts[frame + 1].ts <= ts + dur) {
      frame += 1;
    }
    if (frame >= 0) {
      times[frame] += tdur / 1000;
    }
  }
  return times;
}

async function gauge(electron, peaks) {
  const metrics = await electron.evaluate(({ app }) =>
    app.getAppMetrics().map(({ type, memory }) => ({ type, mb: memory.workingSetSize / 1024 })),
  );
  for (const { type, mb } of metrics) {
    const which = { Tab: 'page', GPU: 'gpu', Browser: 'main' }[type];
    if (which !== undefined) {
      peaks[which] = Math.max(peaks[which], mb);
    }
  }
}

/** Runs in the page. Counts the display's beats that passed without a frame of ours. */
async function frames({ ms, speeds }) {
  const grid = document.querySelector('[role=grid]');
  const tasks = [];
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      tasks.push(Math.round(entry.duration));
    }
  });
  observer.observe({ type: 'longtask' });
  const gaps = [];
  const work = [];
  const channel = new MessageChannel();
  const begin = performance.now();
  let last = null;
  await new Promise((resolve) => {
    function frame(now) {
      if (last !== null) {
        gaps.push(now - last);
      }
      last = now;
      const speed = speeds[Math.floor(((now - begin) / ms) * speeds.length)] ?? 0;
      const direction = Math.floor((now - begin) / 2500) % 2 === 0 ? 1 : -0.7;
      grid.scrollTop += speed * direction;
      const from = performance.now();
      channel.port1.onmessage = () => work.push(performance.now() - from);
      channel.port2.postMessage(null);
      if (now - begin < ms) {
        requestAnimationFrame(frame);
      } else {
        resolve();
      }
    }
    requestAnimationFrame(frame);
  });
  observer.disconnect();
  return { gaps, work, tasks };
}
