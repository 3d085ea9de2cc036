/** A labelled control with its hint and its error, tied together for screen readers. */
import { useId, useState } from 'react';
import type { ComponentProps, ReactNode } from 'react';

interface FieldProps {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
  readonly className?: string;
}

interface Wiring {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': true | undefined;
}

export function Field(props: FieldProps & { readonly children: (wiring: Wiring) => ReactNode }) {
  const id = useId();
  const { label, hint, error, className = '' } = props;
  const note = error ?? hint;
  return (
    <div className={`field ${className}`}>
      <label htmlFor={id}>{label}</label>
      {props.children({
        id,
        'aria-describedby': note === undefined ? undefined : `${id}-note`,
        'aria-invalid': error === undefined ? undefined : true,
      })}
      {note !== undefined && (
        <div className={error === undefined ? 'hint' : 'field-error'} id={`${id}-note`}>
          {note}
        </div>
      )}
    </div>
  );
}

export function TextField({ label, hint, error, className, ...input }: FieldProps & ComponentProps<'input'>) {
  return (
    <Field {...fieldProps({ label, hint, error, className })}>
      {(wiring) => <input autoComplete="off" className="input" spellCheck={false} {...input} {...wiring} />}
    </Field>
  );
}

export function SelectField({
  label,
  hint,
  error,
  className,
  ...select
}: FieldProps & ComponentProps<'select'>) {
  return (
    <Field {...fieldProps({ label, hint, error, className })}>
      {(wiring) => <select className="input" {...select} {...wiring} />}
    </Field>
  );
}

interface NumberFieldProps extends FieldProps {
  readonly value: number | undefined;
  readonly min: number;
  readonly max: number;
  /** `any`: no raster; the arrows go by 1. */
  readonly step?: number | 'any';
  readonly placeholder?: string;
  /** `typed`: each number on the way; `left`: once the field is left, or at Enter. Default `typed`. */
  readonly tells?: 'typed' | 'left';
  /** Undefined when the field was emptied; never called with a number out of bounds. */
  onChange(value: number | undefined): void;
  /** What stands in the field now, whatever `tells` says; undefined while it is no number within bounds. */
  onPreview?(value: number | undefined): void;
}

/** A number within bounds. What is being typed may be out of bounds or empty; what is told meanwhile is not. */
export function NumberField({
  value,
  min,
  max,
  step = 1,
  placeholder,
  tells = 'typed',
  onChange,
  onPreview,
  ...field
}: NumberFieldProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const tell = (next: number | undefined) => {
    if (next !== value) {
      onChange(next);
    }
  };
  const settle = () => {
    if (typed !== null) {
      setTyped(null);
      tell(boundedNumber(typed, { min, max }));
    }
  };
  return (
    <Field {...field}>
      {(wiring) => (
        <input
          className="input mono"
          max={max}
          min={min}
          onBlur={settle}
          onChange={(event) => {
            setTyped(event.target.value);
            const next = boundedNumber(event.target.value, { min, max });
            const isWhole = next === Number(event.target.value);
            onPreview?.(isWhole ? next : undefined);
            if (isWhole && tells === 'typed') {
              tell(next);
            }
          }}
          // Enter may submit a form, which must find what was typed.
          onKeyDown={(event) => event.key === 'Enter' && settle()}
          placeholder={placeholder}
          step={step}
          type="number"
          value={typed ?? value ?? ''}
          {...wiring}
        />
      )}
    </Field>
  );
}

export function boundedNumber(text: string, bounds: { min: number; max: number }): number | undefined {
  const value = Number(text);
  return text.trim() === '' || !Number.isFinite(value)
    ? undefined
    : Math.min(bounds.max, Math.max(bounds.min, value));
}

/** Optional props may be absent but not undefined; this keeps only those that are there. */
function fieldProps(props: {
  label: string;
  hint: ReactNode;
  error: string | undefined;
  className: string | undefined;
}): FieldProps {
  const { label, hint, error, className } = props;
  return {
    label,
    ...(hint === undefined ? {} : { hint }),
    error,
    ...(className === undefined ? {} : { className }),
  };
}

export function Checkbox({ label, ...input }: { readonly label: ReactNode } & ComponentProps<'input'>) {
  return (
    <label className="check">
      <input type="checkbox" {...input} />
      <span>{label}</span>
    </label>
  );
}
