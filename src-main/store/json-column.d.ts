/** JSON in columns: parsed against the model it claims to be, because another version may have written it. */
import type { z } from 'zod';
/** One sentence for the log about a record that was passed over. */
export type Note = (sentence: string) => void;
export type Parsed<T> = {
    readonly kind: 'ok';
    readonly value: T;
} | {
    readonly kind: 'bad';
    readonly why: string;
};
export declare function parseJson<T>(text: string, schema: z.ZodType<T>): Parsed<T>;
/** The value, or null and a note that names the record. */
export declare function readJson<T>(text: string, schema: z.ZodType<T>, report: {
    what: string;
    note: Note;
}): T | null;
