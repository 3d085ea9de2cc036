/** How results leave the library: which of them, in what format, split and paired how. Where to is asked by the system. */
import { EXPORT_FORMATS, PLAIN_EXPORT, TABLES } from '@shared/model/export';
import type { ExportFilter, ExportFormat, ExportOptions, ExportSource } from '@shared/model/export';
import type { ReviewCounts } from '@shared/model/review';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { useLive, useModel } from '../state/app-model';
import type { ExportSubject, LastExport } from '../state/outgoing';
import { Dialog, DialogFoot } from '../ui/dialog';
import { SelectField } from '../ui/field';
import { formatCount, plural } from '../ui/format';
import { ExportOptionFields } from './export-options';
import { FILTER_WORDS, filterFor, filtersOf, FORMAT_WORDS, thingOf, whyTables } from './export-words';
import type { FilterChoice } from './export-words';
import './exports.css';

export function ExportDialog({ subject }: { readonly subject: ExportSubject }) {
  const { outgoing } = useModel();
  const choices = useChoices(subject);
  const last = useStore(outgoing, (state) => state.last);
  const [chosen, setChosen] = useState<ExportFilter | null>(null);
  const [wanted, setFormat] = useState<ExportFormat>(last.format);
  const [options, setOptions] = useState<ExportOptions>(last.options);
  const countOf = (one: ExportFilter | null) => choices?.find(({ filter }) => filter === one)?.count ?? 0;
  // What was chosen here, else what the screen shows, else what was taken out of this run the last time.
  const asked = [chosen, openedWith(subject), lastFilterOf(subject, last)];
  const filter =
    choices === null ? null : (asked.find((one) => countOf(one) > 0) ?? choices[0]?.filter ?? 'jobs');
  const isText = useLive(
    ({ runs }) => subject.kind === 'run' && runs.get(subject.runId)?.recipe.task === 'text',
  );
  const why = whyTables(filter, { isText, isEmpty: countOf('results') === 0 });
  const formats = why === null ? EXPORT_FORMATS : TABLES;
  const format = formats.includes(wanted) ? wanted : 'csv';
  const meant = filter === null ? null : filterFor(filter, format);
  const count = subject.kind === 'selection' ? subject.count : countOf(meant);
  const start = () => {
    outgoing.keep({
      format: wanted,
      options,
      filter: subject.kind === 'run' && filter !== null ? { of: subject.runId, is: filter } : last.filter,
    });
    outgoing.close();
    void outgoing.carryOut(FORMAT_WORDS[format].name, {
      source: sourceOf(subject, meant),
      format,
      options: optionsFor(format, options),
    });
  };
  return (
    <Dialog className="wide export" onClose={outgoing.close} title={titleOf(subject)}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          start();
        }}
      >
        {choices !== null && filter !== null && (
          <FilterSelect choices={choices} filter={filter} onChange={setChosen} />
        )}
        <FormatChoice format={format} formats={formats} onChange={setFormat} why={why} />
        {meant !== filter && count < countOf(filter) && (
          <p className="hint">
            {formatCount(count)} of {plural(countOf(filter), 'row')} have a picture; the others are left out.
          </p>
        )}
        {!TABLES.includes(format) && (
          <ExportOptionFields
            change={(part) => setOptions((old) => ({ ...old, ...part }))}
            format={format}
            options={options}
          />
        )}
        <DialogFoot
          action={`Export ${plural(count, thingOf(format))}…`}
          isDisabled={count === 0}
          onCancel={outgoing.close}
        />
      </form>
    </Dialog>
  );
}

function openedWith(subject: ExportSubject): ExportFilter | null {
  return subject.kind === 'run' ? (subject.filter ?? null) : null;
}

function lastFilterOf(subject: ExportSubject, { filter }: LastExport): ExportFilter | null {
  return subject.kind === 'run' && filter?.of === subject.runId ? filter.is : null;
}

function titleOf(subject: ExportSubject): string {
  return subject.kind === 'run' ? `Export ${subject.name}` : `Export ${plural(subject.count, 'result')}`;
}

function sourceOf(subject: ExportSubject, filter: ExportFilter | null): ExportSource {
  return subject.kind === 'run'
    ? { kind: 'run', runId: subject.runId, filter: filter ?? 'jobs' }
    : { kind: 'selection', selection: subject.selection };
}

/** A table has no pictures to split or to write into. */
function optionsFor(format: ExportFormat, options: ExportOptions): ExportOptions {
  return TABLES.includes(format) ? PLAIN_EXPORT : options;
}

/** Of a run, those filters that hold something; null: the subject is a selection already. */
function useChoices(subject: ExportSubject): readonly FilterChoice[] | null {
  const { backend } = useModel();
  const runId = subject.kind === 'run' ? subject.runId : null;
  const run = useLive((state) => (runId === null ? undefined : state.runs.get(runId)));
  const [reviewed, setReviewed] = useState<ReviewCounts | null>(null);
  useEffect(() => {
    if (runId === null) {
      return;
    }
    let isCurrent = true;
    backend.client.review.counts({ source: { kind: 'run', runId } }).then(
      (counts) => isCurrent && setReviewed(counts),
      // Without them only the filters by verdict are missing.
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [backend, runId]);
  return run === undefined ? null : filtersOf(run, reviewed);
}

interface FilterProps {
  readonly choices: readonly FilterChoice[];
  readonly filter: ExportFilter;
  onChange(filter: ExportFilter): void;
}

function FilterSelect({ choices, filter, onChange }: FilterProps) {
  return (
    <SelectField
      label="Which"
      onChange={(event) => {
        const next = choices.find((choice) => choice.filter === event.target.value);
        if (next !== undefined) {
          onChange(next.filter);
        }
      }}
      value={filter}
    >
      {choices.map((choice) => (
        <option key={choice.filter} value={choice.filter}>
          {FILTER_WORDS[choice.filter]} ({formatCount(choice.count)})
        </option>
      ))}
    </SelectField>
  );
}

interface FormatProps {
  readonly format: ExportFormat;
  readonly formats: readonly ExportFormat[];
  /** Why these are all; null: there are no others. */
  readonly why: string | null;
  onChange(format: ExportFormat): void;
}

function FormatChoice({ format, formats, why, onChange }: FormatProps) {
  return (
    <fieldset className="choices two">
      <legend>Format</legend>
      {formats.map((one) => (
        <label className="choice" key={one}>
          <input
            checked={one === format}
            name="format"
            onChange={() => onChange(one)}
            type="radio"
            value={one}
          />
          <span>
            <b>{FORMAT_WORDS[one].name}</b>
            <span className="hint">{FORMAT_WORDS[one].hint}</span>
          </span>
        </label>
      ))}
      {why !== null && <p className="hint">{why}</p>}
    </fieldset>
  );
}
