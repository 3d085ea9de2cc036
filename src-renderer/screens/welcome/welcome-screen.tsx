/** Before the first run: three ways to begin, each one step from something useful. */
import { FileText, KeyRound, Play } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { useLive, useModel } from '../../state/app-model';
import { openSample, pickSource } from '../../state/sources';
import { useAction } from '../../state/use-action';
import { Notice } from '../../ui/notice';
import './welcome.css';
import { Keys } from '../../ui/keys';

export function WelcomeScreen() {
  const model = useModel();
  const action = useAction();
  const hasKeys = useLive((state) => state.endpoints.some((view) => view.keys.length > 0));
  const addKey = () => {
    const first = model.live.getState().endpoints.find((view) => !view.endpoint.demo);
    model.ui.setState({
      view: { kind: 'endpoints', endpointId: first?.endpoint.id ?? null },
      overlay:
        first === undefined ? { kind: 'addEndpoint' } : { kind: 'addKeys', endpointId: first.endpoint.id },
    });
  };
  return (
    <div className="scroll welcome">
      <h1>Edit and generate pictures by the hundred</h1>
      <p className="sub">
        Give Brushfleet a table of pictures and instructions, and keys to send them with. It spreads the work,
        keeps every result, and tells you about each row that failed.
      </p>
      <div className="cards">
        <Card
          glyph={Play}
          isPrimary
          onChoose={() => void openSample(model)}
          text="24 sample rows through an endpoint built into Brushfleet. No account, no cost, no network. Four rows fail on purpose."
          title="Try the demo (no key)"
        />
        <Card
          glyph={KeyRound}
          onChoose={addKey}
          text={
            hasKeys
              ? 'Add more keys, or a relay that speaks the protocol of Google or OpenAI.'
              : 'From Google, OpenAI, or a relay that speaks either protocol. Keys are sealed on this computer.'
          }
          title="Add a key"
        />
        <Card
          glyph={FileText}
          onChoose={() => void action.run(() => pickSource(model, 'dataset'))}
          text="CSV, JSON Lines, JSON, TXT, Parquet. You see its first rows before anything is sent."
          title="Open a CSV or folder"
        >
          <button
            className="link"
            onClick={() => void action.run(() => pickSource(model, 'imageFolder'))}
            type="button"
          >
            Open a folder of pictures…
          </button>
        </Card>
      </div>
      {action.error !== null && <Notice tone="bad">{action.error.sentence}</Notice>}
      <p className="hint">
        You can also drop a file anywhere in this window, or press <Keys press="Ctrl+V" /> with pictures or
        prompts on the clipboard.
      </p>
    </div>
  );
}

interface CardProps {
  readonly glyph: LucideIcon;
  readonly title: string;
  readonly text: string;
  readonly isPrimary?: boolean;
  readonly children?: React.ReactNode;
  onChoose(): void;
}

function Card({ glyph: Glyph, title, text, isPrimary = false, children, onChoose }: CardProps) {
  return (
    <div className={isPrimary ? 'card primary' : 'card'}>
      <button onClick={onChoose} type="button">
        <Glyph aria-hidden="true" size={18} />
        <b>{title}</b>
        <span>{text}</span>
      </button>
      {children}
    </div>
  );
}
