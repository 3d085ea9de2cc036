/** Left: the endpoints with their health and share of the traffic, and what concerns them all. */
import type { EndpointView } from '@shared/contract';
import { providerSchema } from '@shared/model/provider';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import { FLEET_KEYS } from '../../keys/fleet-keys';
import { useKeys } from '../../keys/use-keys';
import { testTargets } from '../../state/key-tests';
import { useLive, useModel } from '../../state/app-model';
import { useAction } from '../../state/use-action';
import type { Action } from '../../state/use-action';
import { formatCount } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { ProgressBar } from '../../ui/progress-bar';
import { EndpointList } from './endpoint-list';
import { ImportEnv, useImportEnv } from './import-env';
import { ShareBar } from './share-bar';
import { draftShares } from './weights';
import type { WeightDraft } from './weights';
import './endpoints.css';
import { keyWords } from '../../ui/keys';

export function shownEndpoint(views: readonly EndpointView[], id: string | null): EndpointView | undefined {
  return views.find((view) => view.endpoint.id === id) ?? views[0];
}

/** From so many on, a list wants a search field. */
const MANY = 8;

export function EndpointsPanel({ shownId }: { readonly shownId: string | null }) {
  const { ui } = useModel();
  const endpoints = useLive((state) => state.endpoints);
  const action = useAction();
  const [query, setQuery] = useState('');
  const [draft, setDraft] = useState<WeightDraft>(new Map());
  const saveWeights = useSaveWeights(action);
  const found = endpoints.filter((view) => isFound(view, query));
  return (
    <>
      <div className="side-head">
        <h2>Endpoints</h2>
        <button
          aria-keyshortcuts="n"
          aria-label="Add an endpoint"
          className="btn ghost icon small"
          onClick={() => ui.setState({ overlay: { kind: 'addEndpoint' } })}
          title="Add an endpoint (N)"
          type="button"
        >
          <Plus aria-hidden="true" size={14} />
        </button>
      </div>
      {endpoints.length > MANY && (
        <input
          aria-label="Search endpoints"
          className="input endpoint-search"
          onChange={(event) => setQuery(event.target.value)}
          placeholder={`Search ${formatCount(endpoints.length)} endpoints`}
          type="search"
          value={query}
        />
      )}
      <EndpointList
        action={action}
        preview={draft.size === 0 ? null : draftShares(endpoints, draft)}
        shown={shownEndpoint(endpoints, shownId)}
        views={found}
      />
      {found.length === 0 && (
        <p className="side-empty">{endpoints.length === 0 ? 'None yet' : 'No endpoint has that name'}</p>
      )}
      {providerSchema.options.map((provider) => (
        <ShareBar
          draft={draft}
          endpoints={endpoints}
          isBusy={action.isBusy}
          key={provider}
          onDraft={setDraft}
          onSave={() => void saveWeights(draft).then((isSaved) => isSaved && setDraft(new Map()))}
          provider={provider}
        />
      ))}
      {action.error !== null && <Notice tone="bad">{action.error.sentence}</Notice>}
      <ForAll endpoints={endpoints} />
    </>
  );
}

function isFound({ endpoint }: EndpointView, query: string): boolean {
  const text = `${endpoint.name} ${endpoint.provider} ${endpoint.baseUrl}`.toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** Saves changed weights one by one; resolves with whether all were taken. */
export function useSaveWeights(action: Action): (draft: WeightDraft) => Promise<boolean> {
  const { backend, accept, live } = useModel();
  return async (draft) =>
    (await action.run(async () => {
      for (const [id, weight] of draft) {
        const view = live.getState().endpoints.find((one) => one.endpoint.id === id);
        if (view !== undefined) {
          const { demo: _, ...old } = view.endpoint;
          const saved = await backend.client.endpoints.update({ ...old, weight });
          accept(() => ({
            kind: 'endpoints',
            endpoints: live.getState().endpoints.map((one) => (one.endpoint.id === id ? saved : one)),
          }));
        }
      }
      return true;
    })) === true;
}

/** What is done with all endpoints at once. */
function ForAll({ endpoints }: { readonly endpoints: readonly EndpointView[] }) {
  const { tests, ui } = useModel();
  const action = useAction();
  const progress = useStore(tests.store);
  const targets = testTargets(endpoints.filter((view) => view.endpoint.enabled));
  const env = useImportEnv();
  const testAll = targets.some((target) => target.key !== null)
    ? () => void action.run(() => tests.start(targets))
    : null;
  useKeys(FLEET_KEYS, {
    testAll: progress.isRunning ? tests.stop : testAll,
    importEnv: env.isBusy ? null : env.importFile,
  });
  return (
    <div className="for-all">
      {progress.isRunning ? (
        <TestAllProgress />
      ) : (
        <button
          aria-keyshortcuts="Shift+T"
          className="btn small"
          disabled={testAll === null}
          onClick={() => testAll?.()}
          title={keyWords('Shift+T')}
          type="button"
        >
          Test all keys
        </button>
      )}
      <button
        aria-keyshortcuts="l"
        className="btn small"
        onClick={() => ui.setState({ overlay: { kind: 'lab' } })}
        title="L"
        type="button"
      >
        Endpoint lab…
      </button>
      <ImportEnv env={env} />
      {action.error !== null && <Notice tone="bad">{action.error.sentence}</Notice>}
    </div>
  );
}

function TestAllProgress() {
  const { tests } = useModel();
  const { targets, results } = useStore(tests.store);
  const failed = results.filter(({ report }) => report.kind === 'failed').length;
  return (
    <div className="test-progress">
      <div className="row">
        <span className="hint grow">
          Tested <span className="num">{formatCount(results.length)}</span> of{' '}
          <span className="num">{formatCount(targets.length)}</span>
          {failed > 0 && `, ${formatCount(failed)} failed`}
        </span>
        <button
          aria-keyshortcuts="Shift+T"
          className="btn small ghost"
          onClick={tests.stop}
          title={keyWords('Shift+T')}
          type="button"
        >
          Stop
        </button>
      </div>
      <ProgressBar
        label="Progress of the tests"
        segments={[
          { tone: 'ok', count: results.length - failed },
          { tone: 'bad', count: failed },
        ]}
        settled={results.length}
        total={targets.length}
      />
    </div>
  );
}
