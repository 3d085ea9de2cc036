/** The thin line at the bottom: requests in flight, rate, spend, where results and keys are kept; and the spoken progress. */
import { isUnderWay, type Run } from '@shared/model/run';
import type { VaultStatus } from '@shared/model/settings';
import { useEffect, useState } from 'react';
import { useLive, useModel, useUi } from '../state/app-model';
import { show } from '../state/ui-store';
import { keyTally } from '../screens/endpoints/endpoint-words';
import { formatCount, formatRate, formatUsd } from '../ui/format';
import { inFlight, jobTotal } from '../jobs/job-words';

export function StatusLine() {
  const { ui } = useModel();
  const runs = useLive((state) => state.runs);
  const vault = useLive((state) => state.vault);
  const view = useUi((state) => state.view);
  const folder = useOutputFolder();
  const all = [...runs.values()];
  const flying = all.reduce((sum, run) => sum + inFlight(run.counts), 0);
  const rate = all.filter(isAtWork).reduce((sum, run) => sum + run.ratePerSecond, 0);
  const spent = all.reduce((sum, run) => sum + run.costUsd, 0);
  return (
    <footer className="status">
      <span className="figure">
        <span className="num">{formatCount(flying)}</span> in flight
      </span>
      <span className="num figure">{formatRate(rate)} /s</span>
      <span>
        Spent <span className="num">{formatUsd(spent)}</span>
      </span>
      <KeyHealth />
      <span className="grow" />
      <span className="clip">{view.kind === 'endpoints' ? vaultSentence(vault) : `Saved to ${folder}`}</span>
      <button onClick={() => ui.setState({ overlay: { kind: 'keys' } })} type="button">
        ? for shortcuts
      </button>
      <SpokenProgress />
    </footer>
  );
}

/** A session stays under way between its requests, and nobody tells of its rate then. */
function isAtWork(run: Run): boolean {
  return isUnderWay(run) && (run.origin === 'dataset' || inFlight(run.counts) > 0);
}

/** Ready keys of all keys; where there are none, the top bar says so. */
function KeyHealth() {
  const { ui } = useModel();
  const endpoints = useLive((state) => state.endpoints);
  const { ready, all } = keyTally(endpoints);
  if (all === 0) {
    return null;
  }
  return (
    <button
      onClick={() => show(ui, { kind: 'endpoints', endpointId: null })}
      title="Open Endpoints"
      type="button"
    >
      <span className="num">
        {formatCount(ready)}/{formatCount(all)}
      </span>{' '}
      keys ready
    </button>
  );
}

function useOutputFolder(): string {
  const view = useUi((state) => state.view);
  const runId = view.kind === 'runs' ? view.runId : null;
  const ofRun = useLive((state) => (runId === null ? undefined : state.runs.get(runId)?.outputDir));
  const chosen = useLive((state) => state.settings?.outputDir);
  const initial = useLive((state) => state.info?.defaultOutputDir);
  return ofRun ?? (chosen === undefined || chosen === '' ? (initial ?? '') : chosen);
}

export function vaultSentence(vault: VaultStatus | null): string {
  switch (vault?.kind) {
    case 'keyring':
      return `Keys are sealed by ${vault.backend}`;
    case 'passphrase':
      return vault.locked ? 'The key vault is locked' : 'Keys are sealed by your passphrase';
    case 'session':
      return 'Keys are kept until Brushfleet closes';
    case 'undecided':
      return 'You choose how keys are kept when you add the first one';
    case undefined:
      return '';
  }
}

const SPEAK_EVERY_MS = 15_000;

/** Tells a screen reader how the runs go, seldom enough to be bearable. */
function SpokenProgress() {
  const { live } = useModel();
  const [words, setWords] = useState('');
  useEffect(() => {
    let before = '';
    const timer = setInterval(() => {
      const active = [...live.getState().runs.values()].filter(isUnderWay);
      const next = active
        .map(
          (run) =>
            `${run.name}: ${run.counts.done} of ${jobTotal(run.counts)} done, ${run.counts.failed} failed.`,
        )
        .join(' ');
      if (next !== before) {
        before = next;
        setWords(next === '' ? 'All runs have ended.' : next);
      }
    }, SPEAK_EVERY_MS);
    return () => clearInterval(timer);
  }, [live]);
  return (
    <span aria-live="polite" className="sr-only">
      {words}
    </span>
  );
}
