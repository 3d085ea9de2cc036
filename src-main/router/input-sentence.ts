/** The contract's refusal of an input, in words, when it is a slip of a person at a field. */
import { ValidationError } from '@orpc/contract';
import type { z } from 'zod';
import { fieldProblem } from '../app/field-sentence';

/** Null: it is none; the page that sent it is at fault. */
export function inputSentence(cause: unknown): { readonly message: string; readonly field: string } | null {
  // Every schema of the contract is zod's, and so are its issues.
  return cause instanceof ValidationError ? fieldProblem(cause.issues as readonly z.core.$ZodIssue[]) : null;
}
