/** What a paste would add: how many, which lines are doubles, and which keys may be here already. */
import type { EndpointView } from '@shared/contract';
import { useLive } from '../../state/app-model';
import { formatCount, plural } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { tailOf } from './parse-keys';
import type { PastedDouble, PastedKey } from './parse-keys';

interface PastePreviewProps {
  readonly keys: readonly PastedKey[];
  readonly doubles: readonly PastedDouble[];
  readonly doubtfulLines: readonly number[];
}

const SHOWN = 8;

export function PastePreview({ keys, doubles, doubtfulLines }: PastePreviewProps) {
  const endpoints = useLive((state) => state.endpoints);
  const known = tailsOf(endpoints);
  const likely = keys.filter(({ secret }) => known.has(tailOf(secret)));
  const fresh = keys.filter(({ secret }) => !known.has(tailOf(secret)));
  const shown = fresh.slice(0, SHOWN);
  return (
    <div aria-live="polite" className="paste-preview">
      <p>
        {plural(keys.length, 'key')}
        {doubles.length > 0 && `, ${plural(doubles.length, 'duplicate')} left out`}
        {likely.length > 0 && `, ${formatCount(likely.length)} perhaps here already`}
      </p>
      <Doubtful lines={doubtfulLines} />
      <ul className="key-preview">
        {shown.map((key) => (
          <li className="clip" key={key.secret}>
            {key.label} <span className="hint num">{dots(key.secret)}</span>
          </li>
        ))}
        {fresh.length > shown.length && (
          <li className="hint">and {formatCount(fresh.length - shown.length)} more</li>
        )}
      </ul>
      <Doubles doubles={doubles} />
      <Likely keys={likely} known={known} />
    </div>
  );
}

function dots(secret: string): string {
  const tail = tailOf(secret);
  return tail === '' ? '' : `…${tail}`;
}

/** The labels of all keys by their last four characters, which is all that is known of them here. */
export function tailsOf(endpoints: readonly EndpointView[]): ReadonlyMap<string, readonly string[]> {
  const labels = new Map<string, string[]>();
  for (const key of endpoints.flatMap((view) => view.keys)) {
    if (key.tail !== '') {
      const others = labels.get(key.tail) ?? [];
      labels.set(key.tail, others.includes(key.label) ? others : [...others, key.label]);
    }
  }
  return labels;
}

/** By their numbers: what a line holds may be a key after all, and is not shown. */
function Doubtful({ lines }: { readonly lines: readonly number[] }) {
  if (lines.length === 0) {
    return null;
  }
  return (
    <Notice tone="warn">
      {lines.length === 1 ? 'Line' : 'Lines'} {lines.slice(0, SHOWN).join(', ')}
      {lines.length > SHOWN && ` and ${formatCount(lines.length - SHOWN)} more`}{' '}
      {lines.length === 1 ? 'does' : 'do'} not look like {lines.length === 1 ? 'a key' : 'keys'}: take out
      what is none before you add the rest.
    </Notice>
  );
}

function Doubles({ doubles }: { readonly doubles: readonly PastedDouble[] }) {
  if (doubles.length === 0) {
    return null;
  }
  return (
    <>
      <h3 className="legend">The same key twice</h3>
      <ul className="key-preview">
        {doubles.slice(0, SHOWN).map(({ line, firstLine, secret }, at) => (
          // The same line may hold a key several times.
          <li className="hint" key={`${line} ${at}`}>
            line {line} {line === firstLine ? 'holds it twice' : `repeats line ${firstLine}`}{' '}
            <span className="num">{dots(secret)}</span>
          </li>
        ))}
        {doubles.length > SHOWN && <li className="hint">and {formatCount(doubles.length - SHOWN)} more</li>}
      </ul>
    </>
  );
}

interface LikelyProps {
  readonly keys: readonly PastedKey[];
  readonly known: ReadonlyMap<string, readonly string[]>;
}

function Likely({ keys, known }: LikelyProps) {
  if (keys.length === 0) {
    return null;
  }
  return (
    <>
      <h3 className="legend">
        Perhaps here already: same last four characters. Identical keys are not added twice
      </h3>
      <ul className="key-preview">
        {keys.slice(0, SHOWN).map((key) => (
          <li className="clip" key={key.secret}>
            {key.label} <span className="hint num">{dots(key.secret)}</span>
            <span className="hint"> like {known.get(tailOf(key.secret))?.slice(0, 2).join(', ')}</span>
          </li>
        ))}
        {keys.length > SHOWN && <li className="hint">and {formatCount(keys.length - SHOWN)} more</li>}
      </ul>
    </>
  );
}
