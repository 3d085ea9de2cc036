/** One endpoint: where it sends, how much it takes, and its keys. Every change counts at once. */
import type { EndpointView } from '@shared/contract';
import { PROVIDER_LABELS } from '@shared/model/provider';
import { useState } from 'react';
import type { Client } from '../../api';
import { useLive, useModel } from '../../state/app-model';
import { show, toast } from '../../state/ui-store';
import { useAction } from '../../state/use-action';
import type { Action } from '../../state/use-action';
import { ConfirmDialog } from '../../ui/dialog';
import { formatCount } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { Pill } from '../../ui/pill';
import { EndpointForm } from './endpoint-form';
import { endpointState } from './endpoint-words';
import { shownEndpoint } from './endpoints-panel';
import { KeysTable } from './keys-table';
import { TestReports } from './test-reports';
import './endpoints.css';

export type EndpointTest = Awaited<ReturnType<Client['endpoints']['test']>>;

export function EndpointsScreen({ endpointId }: { readonly endpointId: string | null }) {
  const endpoints = useLive((state) => state.endpoints);
  const view = shownEndpoint(endpoints, endpointId);
  if (view === undefined) {
    return (
      <div className="empty">
        <h2>No endpoints yet</h2>
        <p>An endpoint is where requests go: Google, OpenAI, or a relay that speaks either protocol.</p>
        <AddEndpointButton />
      </div>
    );
  }
  return <EndpointDetail key={view.endpoint.id} view={view} />;
}

function AddEndpointButton() {
  const { ui } = useModel();
  return (
    <button
      className="btn primary"
      onClick={() => ui.setState({ overlay: { kind: 'addEndpoint' } })}
      type="button"
    >
      Add an endpoint
    </button>
  );
}

function AboutDemo() {
  return (
    <div className="empty">
      <h2>Built in, to try things out</h2>
      <p>
        It paints on this computer by simple words such as greyscale, blur, rotate, tint or flip. It serves
        its own model alone, so a real run never goes through it. For real models, add Google, OpenAI, or a
        relay.
      </p>
      <AddEndpointButton />
    </div>
  );
}

function EndpointDetail({ view }: { readonly view: EndpointView }) {
  const { backend } = useModel();
  const action = useAction();
  const [tests, setTests] = useState<EndpointTest | null>(null);
  const test = (keyId?: string) =>
    void action.run(async () => {
      setTests(null);
      const request = { endpointId: view.endpoint.id, ...(keyId === undefined ? {} : { keyId }) };
      setTests(await backend.client.endpoints.test(request));
    });
  return (
    <>
      <EndpointHead action={action} onTest={() => test()} view={view} />
      <div className="scroll">
        {action.error !== null && (
          <div className="pad">
            <Notice tone="bad">{action.error.sentence}</Notice>
          </div>
        )}
        {tests !== null && <TestReports keys={view.keys} onClose={() => setTests(null)} tests={tests} />}
        <EndpointForm view={view} />
        {view.endpoint.demo ? <AboutDemo /> : <KeysTable action={action} onTest={test} view={view} />}
      </div>
    </>
  );
}

interface EndpointHeadProps {
  readonly view: EndpointView;
  readonly action: Action;
  onTest(): void;
}

function EndpointHead({ view, action, onTest }: EndpointHeadProps) {
  const { ui } = useModel();
  const { endpoint, health } = view;
  const { word, tone } = endpointState(view);
  return (
    <header className="head row">
      <div className="grow">
        <div className="row">
          <h1 className="clip">{endpoint.name}</h1>
          <Pill tone={tone}>{word}</Pill>
        </div>
        <p className="sub clip">
          {endpoint.demo ? 'Speaks both protocols, needs no key' : PROVIDER_LABELS[endpoint.provider]}
          {', '}
          <span className="num">{formatCount(health.inFlight)}</span> in flight,{' '}
          <span className="num">{formatCount(health.succeeded)}</span> answered,{' '}
          <span className="num">{formatCount(health.failed)}</span> failed
        </p>
      </div>
      {!endpoint.demo && <RemoveEndpoint action={action} view={view} />}
      <button className="btn" disabled={action.isBusy} onClick={onTest} type="button">
        {action.isBusy ? 'Testing…' : 'Test endpoint'}
      </button>
      {!endpoint.demo && (
        <button
          className="btn primary"
          onClick={() => ui.setState({ overlay: { kind: 'addKeys', endpointId: endpoint.id } })}
          type="button"
        >
          Add keys
        </button>
      )}
    </header>
  );
}

function RemoveEndpoint({ view, action }: { readonly view: EndpointView; readonly action: Action }) {
  const { backend, accept, live, ui } = useModel();
  const [isAsking, setAsking] = useState(false);
  const { id, name } = view.endpoint;
  const remove = () =>
    void action.run(async () => {
      await backend.client.endpoints.remove({ endpointId: id });
      accept({
        kind: 'endpoints',
        endpoints: live.getState().endpoints.filter((other) => other.endpoint.id !== id),
      });
      show(ui, { kind: 'endpoints', endpointId: null });
      toast(ui, `${name} is removed`);
    });
  return (
    <>
      <button className="btn ghost" onClick={() => setAsking(true)} type="button">
        Remove…
      </button>
      {isAsking && (
        <ConfirmDialog
          action="Remove the endpoint"
          onClose={() => setAsking(false)}
          onConfirm={remove}
          title={`Remove ${name}?`}
        >
          Its keys that serve no other endpoint are removed from the vault with it. Runs and results stay.
        </ConfirmDialog>
      )}
    </>
  );
}
