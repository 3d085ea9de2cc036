/** One key: label and last four, state with its countdown, what it used, how it answers, and what can be done with it. */
import { FAILURES } from '@shared/model/failure';
import type { Gauge, Gauges, KeyInfo, KeyMetrics } from '@shared/model/endpoint';
import { Ellipsis } from 'lucide-react';
import type { Action } from '../../state/use-action';
import { formatShortCount, formatTime, formatUsd } from '../../ui/format';
import { MenuButton } from '../../ui/menu';
import { Pill } from '../../ui/pill';
import { gaugeWords, isFull, keyReason, keyState, latencyWords, successWords } from './endpoint-words';
import { untilWords } from './fleet-event-words';
import { nameOfKey, useKeyControls } from './use-key-controls';

interface KeyRowProps {
  readonly apiKey: KeyInfo;
  readonly metrics: KeyMetrics | undefined;
  readonly groupName: string | undefined;
  readonly index: number;
  readonly top: number;
  readonly now: number;
  readonly isCurrent: boolean;
  /** The vault of all keys. */
  readonly isLocked: boolean;
  readonly action: Action;
  onFocus(): void;
  onTest(): void;
  onRemove(): void;
}

export function KeyRow(props: KeyRowProps) {
  const { apiKey: key, now, isCurrent, isLocked } = props;
  const { word, tone } = keyState(key, now, isLocked);
  const reason = keyReason(key, isLocked);
  return (
    <div
      aria-rowindex={props.index + 2}
      className="key-row"
      data-key-id={key.id}
      onFocus={props.onFocus}
      role="row"
      style={{ transform: `translateY(${props.top}px)` }}
      tabIndex={isCurrent ? 0 : -1}
    >
      <span className="clip" role="gridcell" title={nameTitle(key, props.groupName)}>
        {key.label} <span className="hint num">{key.tail === '' ? '' : `…${key.tail}`}</span>
        {key.tier !== undefined && <span className="tag">{key.tier}</span>}
        {props.groupName !== undefined && <span className="hint group-name"> {props.groupName}</span>}
      </span>
      <span role="gridcell">
        <Pill tone={tone}>{word}</Pill>
      </span>
      <UsedCells apiKey={key} />
      <AnswerCells metrics={props.metrics} />
      <span className="key-actions" role="gridcell">
        <KeyActions {...props} />
      </span>
      {reason !== '' && (
        <span className="hint clip key-note" role="gridcell" title={reason}>
          {key.readable ? noteWords(key, now) : reason}
        </span>
      )}
    </div>
  );
}

function nameTitle(key: KeyInfo, groupName: string | undefined): string {
  return [
    key.label,
    groupName === undefined ? undefined : `quota group ${groupName}`,
    key.account === undefined ? undefined : `account ${key.account}`,
  ]
    .filter((part) => part !== undefined)
    .join(', ');
}

/** Of a key that can be read: since when, until when, and why. */
function noteWords(key: KeyInfo, now: number): string {
  const { state } = key;
  const until = state.until === undefined ? '' : `, ${untilWords(state.until, now)}`;
  return `Since ${formatTime(state.since)}${until}: ${state.reason?.message ?? ''}`;
}

function UsedCells({ apiKey: key }: { readonly apiKey: KeyInfo }) {
  const { gauges } = key;
  if (gauges === undefined) {
    return ['minute', 'today', 'tokens', 'inFlight'].map((name) => (
      <span className={`num${name === 'tokens' ? ' tokens' : ''}`} key={name} role="gridcell">
        –
      </span>
    ));
  }
  const { minute, isLearned } = minuteOf(key, gauges);
  const cells = [
    ['minute', gaugeWords(minute), isFull(minute)],
    ['today', gaugeWords(gauges.today), isFull(gauges.today)],
    ['tokens', gaugeWords(gauges.tokens, formatShortCount), isFull(gauges.tokens)],
    ['inFlight', gaugeWords(gauges.inFlight), isFull(gauges.inFlight)],
  ] as const;
  return cells.map(([name, words, isAtLimit]) => (
    <span
      className={`num${name === 'tokens' ? ' tokens' : ''}${isAtLimit ? ' at-limit' : ''}`}
      key={name}
      role="gridcell"
      title={
        name === 'minute' && isLearned
          ? 'The limit was found from refusals'
          : isAtLimit
            ? 'At its limit'
            : undefined
      }
    >
      {name === 'minute' && isLearned ? words.replace('/ ', '/ ~') : words}
    </span>
  ));
}

/** Requests of the minute against the limit that was set, else the one that was learned. */
function minuteOf(key: KeyInfo, gauges: Gauges): { readonly minute: Gauge; readonly isLearned: boolean } {
  const learned = key.learnedPerMinute;
  const isLearned = learned !== undefined && !key.limits?.requestsPerMinute;
  return {
    minute: isLearned ? { used: gauges.minute.used, limit: Math.round(learned) } : gauges.minute,
    isLearned,
  };
}

function AnswerCells({ metrics }: { readonly metrics: KeyMetrics | undefined }) {
  const failure = metrics?.lastFailure;
  return (
    <>
      <span
        className="num"
        role="gridcell"
        title={
          failure === undefined
            ? undefined
            : `Last failure: ${FAILURES[failure.kind].title}, ${failure.message}`
        }
      >
        {metrics === undefined ? '–' : successWords(metrics.succeeded, metrics.failed)}
      </span>
      <span className="num latency" role="gridcell">
        {latencyWords(metrics?.p50Ms, metrics?.p95Ms)}
      </span>
      <span className="num spend" role="gridcell">
        {metrics === undefined ? '–' : formatUsd(metrics.spentTodayUsd)}
      </span>
    </>
  );
}

function KeyActions({ apiKey: key, isCurrent, action, onTest, onRemove }: KeyRowProps) {
  const { edit, togglePause, reset } = useKeyControls(action);
  const name = nameOfKey(key);
  const tabIndex = isCurrent ? 0 : -1;
  return (
    <>
      <KeyButton label="Test" name={name} onPress={onTest} shortcut="T" tabIndex={tabIndex} />
      <KeyButton
        className="btn small ghost pause-key"
        isDisabled={action.isBusy}
        label={key.paused ? 'Resume' : 'Pause'}
        name={name}
        onPress={() => togglePause(key)}
        shortcut="P"
        tabIndex={tabIndex}
      />
      <MenuButton
        icon={<Ellipsis aria-hidden="true" size={14} />}
        isSmall
        items={[
          { label: 'Edit…', keys: 'E', onSelect: () => edit(key) },
          { label: 'Reset', hint: 'tried again at once', keys: 'R', onSelect: () => reset(key) },
          { label: 'Remove…', keys: 'Del', isDanger: true, onSelect: onRemove },
        ]}
        label={`More for ${name}`}
        tabIndex={tabIndex}
      />
    </>
  );
}

interface KeyButtonProps {
  readonly className?: string;
  readonly label: string;
  /** Of the key, for screen readers. */
  readonly name: string;
  readonly isDisabled?: boolean;
  readonly tabIndex: number;
  readonly shortcut: string;
  onPress(): void;
}

function KeyButton(props: KeyButtonProps) {
  const { className = 'btn small ghost', label, name, isDisabled = false, tabIndex, shortcut } = props;
  return (
    <button
      aria-keyshortcuts={shortcut.toLowerCase()}
      aria-label={`${label} ${name}`}
      className={className}
      disabled={isDisabled}
      onClick={props.onPress}
      tabIndex={tabIndex}
      title={shortcut}
      type="button"
    >
      {label}
    </button>
  );
}
