/** The demo's painter as a provider of its own, in the test's process: what it received can be read back. */
import type { Page } from '@playwright/test';
import { createDemoServer, type DemoServer } from '../src-main/demo/demo-server';
import { expect } from './studio';

export interface PainterProvider extends DemoServer {
  /** Base URL of the OpenAI protocol. */
  readonly openai: string;
  /** Base URL of Gemini's protocol. */
  readonly google: string;
}

export async function startPainter(latencyMs = 0): Promise<PainterProvider> {
  const server = createDemoServer({ latencyMs });
  const { url } = await server.start();
  return Object.assign(server, { openai: `${url}/v1`, google: url });
}

/** Adds an endpoint with one key, kept for this session only. */
export async function addPainter(
  page: Page,
  { protocol, url }: { readonly protocol: 'google_genai' | 'openai'; readonly url: string },
): Promise<void> {
  await page.getByRole('button', { name: 'Endpoints', exact: true }).click();
  await page.getByRole('button', { name: 'Add an endpoint' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Protocol').selectOption(protocol);
  await dialog.getByLabel('Base URL').fill(url);
  await dialog.getByRole('button', { name: 'Add and enter keys' }).click();
  await page
    .getByRole('dialog')
    .getByRole('textbox', { name: 'Keys' })
    .fill(`painter=key-of-${protocol}-1234`);
  await page
    .getByRole('button', { name: /^Add \d keys?$/ })
    .last()
    .click();
  const vault = page.getByLabel('For this session only');
  await Promise.race([
    vault.waitFor({ state: 'visible' }),
    page
      .getByRole('button', { name: /^Test painter/ })
      .last()
      .waitFor({ state: 'visible' }),
  ]);
  if (await vault.isVisible()) {
    await vault.check();
    await page.getByRole('button', { name: 'Use this' }).click();
  }
  await expect(page.getByRole('button', { name: /^Test painter/ }).last()).toBeVisible();
}
