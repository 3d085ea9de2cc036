/** How a command ends. */
export const EXIT = { done: 0, someFailed: 1, usage: 2, interrupted: 130 } as const;
