/** Starts the page: the real backend, or in development a scripted one (`?fake=1`). */
import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './ui/tokens.css';
import './ui/base.css';
import './ui/controls.css';
import './compare/compare.css';
import './ui/tile-grid.css';
import './ui/sparkline.css';
import './shell/shell.css';
import { createRoot } from 'react-dom/client';
import { config } from 'zod';
import { createBackend } from './api';
import type { Backend } from './api';
import { App } from './app';
import { createAppModel, ModelProvider } from './state/app-model';
import { ErrorBoundary } from './shell/error-boundary';
import { followWidth } from './shell/narrow-window';
import { listenForShortcuts } from './shell/shortcuts';

// zod would otherwise try to compile its checks, which the content security policy refuses and reports.
config({ jitless: true });

async function chooseBackend(): Promise<Backend> {
  // The condition is a constant in a build, so nothing of the scripted backend is bundled.
  if (import.meta.env.DEV && new URLSearchParams(window.location.search).has('fake')) {
    const { createFakeBackend } = await import('./testing/fake-backend');
    return createFakeBackend(new URLSearchParams(window.location.search).get('fake') ?? 'full');
  }
  return createBackend(window);
}

void chooseBackend().then((backend) => {
  const root = document.getElementById('root');
  if (root === null) {
    throw new Error('index.html has no #root');
  }
  const model = createAppModel(backend, window.localStorage);
  const report = (message: string) => {
    backend.client.system.report({ message: message.slice(0, 10_000) }).catch(() => undefined);
  };
  window.addEventListener('error', (event) => report(String(event.message)));
  window.addEventListener('unhandledrejection', (event) => report(String(event.reason)));
  model.start();
  listenForShortcuts(model, window);
  followWidth(model.ui, window);
  createRoot(root).render(
    <ModelProvider value={model}>
      <ErrorBoundary report={report}>
        <App />
      </ErrorBoundary>
    </ModelProvider>,
  );
});
